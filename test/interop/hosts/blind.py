# A host that never reads: it waits 200 ms after everything that it sends.
import serial, sys, time

port = serial.Serial(sys.argv[1], 9600)
for piece in [
    b"AT+QMTDISC=0\r\n",
    b"AT+QMTCLOSE=0\r\n",
    b'AT+QMTOPEN=0,"broker.example",1883\r\n',
    b'AT+QMTCONN=0,"blind"\r\n',
    b'AT+QMTPUB=0,1,1,0,"blindly"\r\n',
    b"is anybody there?",
    b"\x1a\r\n",
]:
    port.write(piece)
    time.sleep(0.2)
port.close()
