const prelude = `
import errno, fcntl, os, random, select, signal, subprocess, sys, termios, time, tty
path, args = sys.argv[1], sys.argv[2:]
later = (errno.EBUSY, errno.EIO, errno.ENOENT, errno.ENXIO)

def attach(raw=True):
    deadline = time.monotonic() + 5
    while True:
        try:
            fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            if raw: tty.setraw(fd)
            return fd
        except OSError as error:
            if error.errno not in later or time.monotonic() > deadline: raise
            time.sleep(0.01)

def read_until(fd, end, within=5):
    received, deadline = b"", time.monotonic() + within
    while not received.endswith(end):
        left = deadline - time.monotonic()
        if left <= 0: raise SystemExit("no %r after %r" % (end, received[-300:]))
        if select.select([fd], [], [], left)[0]: received += os.read(fd, 65536)
    return received

def send(fd, what):
    while what:
        select.select([], [fd], [], 5)
        try: what = what[os.write(fd, what):]
        except BlockingIOError: pass

def ask(fd, command, end):
    send(fd, command.encode() + b"\\r")
    return read_until(fd, end)

ok = b"\\r\\nOK\\r\\n"

def connect(fd):
    ask(fd, 'AT+QMTOPEN=0,"broker.example",1883', b"\\r\\n+QMTOPEN: 0,0\\r\\n")
    ask(fd, 'AT+QMTCONN=0,"host%d"' % os.getpid(), b"\\r\\n+QMTCONN: 0,0,0\\r\\n")

def report():
    print("ready", flush=True)
`;

const scripts = {
  /** A new host; its argument is what it sends first, in hexadecimal, to end a half-typed line. */
  fresh: `
fd = attach()
if args: send(fd, bytes.fromhex(args[0]))
if args: time.sleep(0.05)
ask(fd, "AT", ok)
print("fine")`,

  /** Sends random bytes, many lines among them; reads now and then. */
  fuzz: `
source = random.Random(int(args[0]))
fd = attach()
for n in range(200):
    word = source.randbytes(source.randrange(1, 2000)) if n % 2 else b"AT" + source.randbytes(20)
    send(fd, word.replace(b"\\x11", b"") + b"\\r" * source.randrange(3))
    if source.random() < 0.2 and select.select([fd], [], [], 0)[0]: os.read(fd, 65536)
print("fine")`,

  cycles: `
for n in range(1000):
    fd = attach(raw=n % 3 == 0)
    ask(fd, "AT", ok)
    os.close(fd)
print("fine")`,

  "silent cycles": `
for n in range(1000):
    os.close(attach(raw=n % 100 == 0))
    if n % 50 == 0: time.sleep(0.01)
print("fine")`,

  exclusive: `
for n in range(3):
    fd = attach()
    fcntl.ioctl(fd, termios.TIOCEXCL)
    if n < 2: ask(fd, "AT", ok)
    else: time.sleep(0.3)
    os.close(fd)
print("fine")`,

  "stty sane": `
fd = attach()
ask(fd, "AT", ok)
for n in range(3):
    subprocess.run(["stty", "-F", path, "sane"], check=True)
    send(fd, b"AT+CSQ\\n")
    time.sleep(0.3)
print("fine")`,

  "cooked cat": `
fd = attach(raw=False)
subprocess.run(["stty", "-F", path, "sane"], check=True)
cat = subprocess.Popen(["cat", path], stdout=subprocess.DEVNULL)
send(fd, b"AT+CGMR\\nATI\\n")
time.sleep(0.3)
subprocess.run(["stty", "-F", path, "sane"], check=True)
send(fd, b"ATI\\n")
time.sleep(0.3)
cat.kill()
cat.wait()
print("fine")`,

  /** Subscribes, and then does not read. */
  "does not read": `
fd = attach()
connect(fd)
ask(fd, 'AT+QMTSUB=0,1,"flood",0', b"\\r\\n+QMTSUB: 0,1,0,0\\r\\n")
report()
time.sleep(60)`,

  "two at once": `
one, two = attach(), attach()
for n in range(50):
    send(one, b"AT\\r")
    send(two, b"AT\\r")
received, deadline = b"", time.monotonic() + 5
while len(received) < 100 * len(ok) and time.monotonic() < deadline:
    for fd in select.select([one, two], [], [], 0.1)[0]:
        try: received += os.read(fd, 10)
        except BlockingIOError: pass # the other one was faster
if sorted(received) != sorted(100 * ok): raise SystemExit("received %d bytes" % len(received))
print("fine")`,

  "half a payload": `
fd = attach()
connect(fd)
ask(fd, 'AT+QMTPUB=0,1,1,0,"t"', b"\\r\\n>")
send(fd, b"half a pay")
report()
time.sleep(60)`,

  /** Leaves the payload entry of the host before it, by this byte. */
  "gets out": `
fd = attach()
send(fd, bytes.fromhex(args[0]))
read_until(fd, ok if args[0] == "1b" else b"\\r\\n+QMTPUB: 0,1,0\\r\\n")
ask(fd, "AT", ok)
ask(fd, "AT+QMTCLOSE=0", b"\\r\\n+QMTCLOSE: 0,0\\r\\n")
print("fine")`,

  "10 MB": `
fd = attach()
for n in range(10 * 1024): send(fd, b"x" * 1023 + b"\\r")
print("fine")`,

  /** Takes away all permissions of the line, also those of the emulator. */
  "no rights for anybody": `
fd = attach()
os.chmod(os.path.realpath(path), 0)
ask(fd, "AT", ok)
os.close(fd)
time.sleep(0.6)
print("fine")`,

  /** Makes the line its controlling terminal, as a session leader. */
  "controlling terminal": `
if os.fork() == 0:
    os.setsid()
    fd = os.open(path, os.O_RDWR)
    tty.setraw(fd)
    ask(fd, "AT", ok)
    os._exit(0)
os.wait()
print("fine")`,
} as const;

export type HostName = keyof typeof scripts;

/** A host as a Python program. Its arguments are the path of the line, and then those of the host. */
export const scriptOf = (name: HostName): string => prelude + scripts[name];
