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

def hear(fd, end, within=5):
    heard, deadline = b"", time.monotonic() + within
    while not heard.endswith(end):
        left = deadline - time.monotonic()
        if left <= 0: raise SystemExit("no %r after %r" % (end, heard[-300:]))
        if select.select([fd], [], [], left)[0]: heard += os.read(fd, 65536)
    return heard

def say(fd, what):
    while what:
        select.select([], [fd], [], 5)
        try: what = what[os.write(fd, what):]
        except BlockingIOError: pass

def ask(fd, command, end):
    say(fd, command.encode() + b"\\r")
    return hear(fd, end)

ok = b"\\r\\nOK\\r\\n"

def connect(fd):
    ask(fd, 'AT+QMTOPEN=0,"broker.example",1883', b"\\r\\n+QMTOPEN: 0,0\\r\\n")
    ask(fd, 'AT+QMTCONN=0,"host%d"' % os.getpid(), b"\\r\\n+QMTCONN: 0,0,0\\r\\n")

def told():
    print("there", flush=True)
`;

const scripts = {
  /** As a host that comes fresh: with what it says first, if it does not trust the line. */
  fresh: `
fd = attach()
if args: say(fd, bytes.fromhex(args[0]))
if args: time.sleep(0.05)
ask(fd, "AT", ok)
print("fine")`,

  /** Any bytes at all, many lines among them; it reads now and then. */
  fuzz: `
dice = random.Random(int(args[0]))
fd = attach()
for n in range(200):
    word = dice.randbytes(dice.randrange(1, 2000)) if n % 2 else b"AT" + dice.randbytes(20)
    say(fd, word.replace(b"\\x11", b"") + b"\\r" * dice.randrange(3))
    if dice.random() < 0.2 and select.select([fd], [], [], 0)[0]: os.read(fd, 65536)
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
    say(fd, b"AT+CSQ\\n")
    time.sleep(0.3)
print("fine")`,

  "cooked cat": `
fd = attach(raw=False)
subprocess.run(["stty", "-F", path, "sane"], check=True)
cat = subprocess.Popen(["cat", path], stdout=subprocess.DEVNULL)
say(fd, b"AT+CGMR\\nATI\\n")
time.sleep(0.3)
subprocess.run(["stty", "-F", path, "sane"], check=True)
say(fd, b"ATI\\n")
time.sleep(0.3)
cat.kill()
cat.wait()
print("fine")`,

  /** It subscribes, and reads no more. */
  "does not read": `
fd = attach()
connect(fd)
ask(fd, 'AT+QMTSUB=0,1,"flood",0', b"\\r\\n+QMTSUB: 0,1,0,0\\r\\n")
told()
time.sleep(60)`,

  "two at once": `
one, two = attach(), attach()
for n in range(50):
    say(one, b"AT\\r")
    say(two, b"AT\\r")
heard, deadline = b"", time.monotonic() + 5
while len(heard) < 100 * len(ok) and time.monotonic() < deadline:
    for fd in select.select([one, two], [], [], 0.1)[0]:
        try: heard += os.read(fd, 10)
        except BlockingIOError: pass # the other one was faster
if sorted(heard) != sorted(100 * ok): raise SystemExit("heard %d bytes" % len(heard))
print("fine")`,

  "half a payload": `
fd = attach()
connect(fd)
ask(fd, 'AT+QMTPUB=0,1,1,0,"t"', b"\\r\\n>")
say(fd, b"half a pay")
told()
time.sleep(60)`,

  /** What the next one does then. */
  "gets out": `
fd = attach()
say(fd, bytes.fromhex(args[0]))
hear(fd, ok if args[0] == "1b" else b"\\r\\n+QMTPUB: 0,1,0\\r\\n")
ask(fd, "AT", ok)
ask(fd, "AT+QMTCLOSE=0", b"\\r\\n+QMTCLOSE: 0,0\\r\\n")
print("fine")`,

  "10 MB": `
fd = attach()
for n in range(10 * 1024): say(fd, b"x" * 1023 + b"\\r")
print("fine")`,

  /** It takes the right to open the line from everybody, the emulator included. */
  "no rights for anybody": `
fd = attach()
os.chmod(os.path.realpath(path), 0)
ask(fd, "AT", ok)
os.close(fd)
time.sleep(0.6)
print("fine")`,

  /** The line becomes its controlling terminal, and it leads a session. */
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

/** A host as a Python program; it gets the path of the line, and its arguments behind it. */
export const scriptOf = (name: HostName): string => prelude + scripts[name];
