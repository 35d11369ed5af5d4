"""The host of serial-host.c where there is no compiler: the same lines, parts and figures, from a slower host."""
import os, pty, re, socket, subprocess, sys, termios, time, tty

WARM_UP, WINDOW, LENGTH, IDS = 0.5, 5, 64, 1000
name, part, amount = sys.argv[1:4]
port = sys.argv[4] if len(sys.argv) > 4 else "0"
qos = sys.argv[5] if len(sys.argv) > 5 else "1"
heard = b""
source = sink = -1  # the line
started = None


def dial(family, address):
    dialled = socket.socket(family)
    dialled.connect(address)
    if family == socket.AF_INET:
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return (dialled.detach(),) * 2


def start(command, argument, **streams):
    global started
    started = subprocess.Popen(["/bin/sh", "-c", command, "sh", argument], **streams)
    return started


def open_line():
    kind, _, rest = name.partition(":")
    if kind == "tcp":
        return dial(socket.AF_INET, ("127.0.0.1", int(rest)))
    if kind == "unix":
        return dial(socket.AF_UNIX, rest)
    if kind == "stdio":
        child = start(rest, "", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return child.stdout.fileno(), child.stdin.fileno()
    if kind == "device":
        master, slave = pty.openpty()  # which stays open, so that the line is never dead
        tty.setraw(slave, termios.TCSANOW)
        start(rest, os.ttyname(slave), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return master, master
    line = os.open(name, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line, termios.TCSANOW)
    return line, line


def expect(words):
    global heard
    while words not in heard:
        heard += os.read(source, 65536)
    before, heard = heard.split(words, 1)
    return before


def tell(command, answer):
    os.write(sink, command)
    return expect(answer)


def enter():
    tell(b'AT+QMTOPEN=0,"127.0.0.1",%d\r' % int(port), b"+QMTOPEN: 0,0\r\n")
    tell(b'AT+QMTCONN=0,"bench"\r', b"+QMTCONN: 0,0,0\r\n")


def latency(count):
    spans = []
    for _ in range(2 * count):
        start = time.perf_counter()
        tell(b"AT\r", b"OK\r\n")
        spans.append(time.perf_counter() - start)
    spans = sorted(spans[count:])
    return [spans[count * part // 100] * 1e6 for part in (50, 95, 99)]


def publish(seconds):
    global heard
    enter()
    sent = done = before = 0
    start, since = time.perf_counter(), None
    while since is None or time.perf_counter() - since < seconds:
        if since is None and time.perf_counter() - start > WARM_UP:
            since, before = time.perf_counter(), done
        while sent - done >= WINDOW:
            done += expect(b",0\r\n").count(b"+QMTPUB: ")
        command = b'AT+QMTPUB=0,%d,%d,0,"bench/topic",%d\r' % (sent % IDS + 1, int(qos), LENGTH)
        done += tell(command, b"\r\n>").count(b"+QMTPUB: ")
        done += tell(b"x" * LENGTH, b"\r\nOK\r\n").count(b"+QMTPUB: ")
        sent += 1
    rate = (done - before) / (time.perf_counter() - since)
    tell(b"AT+QMTDISC=0\r", b"+QMTDISC: 0,0\r\n")
    return rate


def receive(seconds):
    global heard
    enter()
    tell(b'AT+QMTSUB=0,1,"bench/topic",1\r', b"+QMTSUB: 0,1,0,1\r\n")
    count, start, since = 0, time.perf_counter(), None
    whole = re.compile(rb'\+QMTRECV: 0,\d+,"bench/topic",x{%d}\r\n' % LENGTH)
    while since is None or time.perf_counter() - since < seconds:
        if since is None and time.perf_counter() - start > WARM_UP:
            since, count = time.perf_counter(), 0
        heard += os.read(source, 65536)
        end = heard.rfind(b"\n") + 1
        count += len(whole.findall(heard[:end]))
        heard = heard[end:]
    return count / (time.perf_counter() - since)


parts = {"latency": lambda: latency(int(amount)), "publish": lambda: publish(float(amount)),
         "receive": lambda: receive(float(amount)), "connect": lambda: enter() or 0}
source, sink = open_line()
if started is not None:
    expect(b"OK\r\n")
time.sleep(0.1)  # whoever looks after new hosts has done so
figures = parts[part]()
print(*(f"{figure:.1f}" for figure in (figures if isinstance(figures, tuple) else (figures,))))
if started is not None:
    started.terminate()
    started.wait()
