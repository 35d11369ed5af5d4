# A host that speaks MQTT itself, over a TCP socket of the module: arguments are its port, the broker's address and its port.
import re
import sys
import time

from bc28 import Bc28

url, address, port = sys.argv[1:]
modem = Bc28(url)
modem.attach()
stream = b""
told = 0


def field(data):
    return len(data).to_bytes(2, "big") + data


def packet(first, body=b""):
    length, rest = b"", len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (0x80 if rest else 0)])
        if not rest:
            return bytes([first]) + length + body


def send(data):
    """Sends up to 1358 bytes at a time, and waits until TCP has each of them."""
    global told
    for at in range(0, len(data), 1358):
        part = data[at : at + 1358]
        told = told % 255 + 1
        modem.ask(f"AT+NSOSD={socket},{len(part)},{part.hex().upper()},0x0,{told}", rb"\r\n%d,%d\r\n\r\nOK\r\n" % (socket, len(part)))
        modem.wait_for(rb"\r\n\+NSOSTR:%d,%d,1\r\n" % (socket, told))


def receive(size):
    """Reads the stream up to so many bytes."""
    global stream
    while len(stream) < size:
        found = modem.ask(f"AT+NSORF={socket},1358", rb"\r\n(?:%d,[\d.]+,\d+,(\d+),([0-9A-F]+),(\d+)\r\n\r\n)?OK\r\n" % socket)
        if found[1] is None:
            modem.wait_for(rb"\r\n\+NSONMI:%d,\d+\r\n" % socket)
        else:
            assert int(found[1]) * 2 == len(found[2])
            stream += bytes.fromhex(found[2].decode())
    data, stream = stream[:size], stream[size:]
    return data


def receive_packet():
    first, length, shift = receive(1)[0], 0, 0
    while True:
        digit = receive(1)[0]
        length |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return first, receive(length)


def expect(first, body):
    got = receive_packet()
    assert got == (first, body), got


socket = int(modem.ask("AT+NSOCR=STREAM,6,0,1", rb"\r\n(\d)\r\n\r\nOK\r\n")[1])
modem.ask(f"AT+NSOCO={socket},{address},{port}")
send(packet(0x10, field(b"MQTT") + b"\x04\xc2\x00\x01" + field(b"by-hand") + field(b"user") + field(b"secret")))
expect(0x20, b"\0\0")
send(packet(0x82, b"\0\1" + field(b"by/hand") + b"\1"))
expect(0x90, b"\0\1\1")
for number, size in enumerate([1, 1400], start=2):
    payload = bytes(at % 251 for at in range(size))
    send(packet(0x32, field(b"by/hand") + number.to_bytes(2, "big") + payload))
    seen = sorted([receive_packet(), receive_packet()])
    assert [first for first, _ in seen] == [0x32, 0x40], seen
    (_, publish), (_, acknowledged) = seen
    assert acknowledged == number.to_bytes(2, "big")
    length = 2 + len("by/hand")
    assert publish[length + 2 :] == payload
    send(packet(0x40, publish[length : length + 2]))
for _ in range(2):  # longer than the keep-alive time of 1 s
    time.sleep(0.6)
    send(packet(0xC0))
    expect(0xD0, b"")
send(packet(0xE0))
modem.wait_for(rb"\r\n\+NSOCLI: %d\r\n" % socket)
modem.ask(f"AT+NSOCL={socket}", rb"\r\nERROR\r\n")  # the broker has closed it
modem.port.close()
