# A host that reads line by line, with pyserial's own time limits, and takes 256 bytes at a time.
import re, serial, sys

port = serial.Serial(sys.argv[1], 9600, timeout=5, exclusive=True)


def ask(command, last):
    port.write(command.encode() + b"\r\n")
    received = port.read_until(last.encode() + b"\r\n", 4096)
    if not received.endswith(last.encode() + b"\r\n"):
        sys.exit(f"{command}: {received}")


ask("AT", "OK")
ask('AT+QMTCFG="version",0,4', "OK")
ask('AT+QMTOPEN=0,"broker.example",1883', "+QMTOPEN: 0,0")
ask('AT+QMTCONN=0,"reading"', "+QMTCONN: 0,0,0")
ask('AT+QMTSUB=0,1,"read",2', "+QMTSUB: 0,1,0,2")
payload = bytes(n % 256 for n in range(1548))
port.write(b'AT+QMTPUB=0,9,2,0,"read",1548\r\n')
if port.read_until(b"\r\n>") != b"\r\n>":
    sys.exit("no prompt")
port.write(payload)
wanted = re.compile(rb'\r\n\+QMTRECV: 0,[1-9]\d*,"read",' + re.escape(payload) + rb"\r\n")
received = b""
while not wanted.search(received) or b"\r\n+QMTPUB: 0,9,0\r\n" not in received:
    more = port.read(min(256, max(1, port.in_waiting)))
    if not more:
        sys.exit(f"received {received[:80]} and {len(received)} bytes")
    received += more
port.close()
