# A host with a receive buffer of 256 bytes, which it empties every few milliseconds. It sends CR and LF on their own, sets
# and reads every key of AT+QMTCFG, resets the module at any time, and does not wait between commands.
import re, serial, sys, time

port = serial.Serial(sys.argv[1], 9600, timeout=0)
unread = b""


def send(line):
    for piece in (line.encode(), b"\r", b"\n"):
        port.write(piece)
        port.flush()
        time.sleep(0.002)


def read_until(pattern, within=5):
    global unread
    deadline = time.monotonic() + within
    while not (found := re.search(pattern, unread, re.S)):
        if time.monotonic() > deadline:
            sys.exit(f"no {pattern}, but {unread[-300:]} ({len(unread)} bytes)")
        unread += port.read(256)
        time.sleep(0.003)
    unread = unread[found.end() :]
    return found


def ask(line, answer=rb"\r\nOK\r\n"):
    send(line)
    return read_until(answer)


settings = {
    "version": "4",
    "keepalive": "300",
    "session": "1",
    "timeout": "10,3,1",
    "will": '1,1,0,"careful/will","gone"',
}


def up():
    for key, value in settings.items():
        ask(f'AT+QMTCFG="{key}",0,{value}')
        ask(f'AT+QMTCFG="{key}",0', re.escape(f'\r\n+QMTCFG: "{key}",{value}\r\n\r\nOK\r\n'.encode()))
    ask('AT+QMTCFG="aliauth",0,"","",""')
    ask('AT+QMTCFG="aliauth",0', rb"^\r\nOK\r\n")
    ask('AT+QMTOPEN=0,"broker.example",1883', rb"\+QMTOPEN: 0,0\r\n")
    ask('AT+QMTCONN=0,"careful"', rb"\+QMTCONN: 0,0,0\r\n")
    ask('AT+QMTSUB=0,1,"careful",1', rb"\+QMTSUB: 0,1,0,1\r\n")


def reset():
    send("AT+NRB")
    read_until(rb"REBOOTING\r\n")
    read_until(rb"\r\nREBOOT_CAUSE_APPLICATION_AT\r\nNeul \r\nOK\r\n")


ask("AT")
reset()
up()
reset()  # connected

ask('AT+QMTOPEN=0,"broker.example",1883')
reset()  # perhaps still opening

up()
ask('AT+QMTPUB=0,1,1,0,"careful"', rb"\r\n>")
port.write(b"not yet all")
time.sleep(0.02)
port.write(b"\x1b")  # it does not know the module's state, so it ends a possible payload entry
read_until(rb"\r\nOK\r\n")
reset()

up()
# Many at once, the next before the last was answered; what comes is much more than the buffer holds.
for n in range(1, 6):
    port.write(f'AT+QMTPUB=0,{n},1,0,"careful",1000\r\n'.encode() + bytes([64 + n]) * 1000)
for n in range(1, 6):
    read_until(rb'\+QMTRECV: 0,\d+,"careful",' + bytes([64 + n]) + rb"{1000}\r\n")
ask("AT+QMTDISC=0", rb"\+QMTDISC: 0,0\r\n")
port.close()
