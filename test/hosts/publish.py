# Publishes to itself, on the port that is its argument: a path, socket://HOST:PORT or rfc2217://HOST:PORT.
import sys

from bc28 import Bc28

payload = bytes(byte for byte in range(256) if byte not in b"\r\n") * 3

modem = Bc28(sys.argv[1])
modem.attach()
modem.connect("broker.example", "python")
modem.subscribe("from/python", 1)
modem.publish("from/python", payload)
received = modem.receive("from/python")
assert received == payload, received
modem.close()
