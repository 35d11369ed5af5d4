# A small driver of a BC28 in Python, as firmware tests have one: it waits for what it needs, and keeps the other input.
import re
import time

import serial


class Bc28:
    def __init__(self, url):
        self.port = serial.serial_for_url(url, 9600, timeout=0.1)
        self.unread = b""

    def wait_for(self, pattern, within=10):
        """Waits for input that matches, takes it, and returns the match."""
        deadline = time.monotonic() + within
        while not (found := re.search(pattern, self.unread, re.S)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {pattern} in {self.unread}")
            self.unread += self.port.read(1)
        self.unread = self.unread[: found.start()] + self.unread[found.end() :]
        return found

    def ask(self, line, answer=rb"\r\nOK\r\n"):
        self.port.write(line.encode() + b"\r")
        return self.wait_for(answer)

    def attach(self):
        self.ask("AT")
        self.ask("ATE0")
        self.ask("AT+CFUN=1")
        self.ask("AT+CGATT=1")
        while self.ask("AT+CGATT?", rb"\+CGATT:(\d)\r\n\r\nOK\r\n")[1] != b"1":
            time.sleep(0.5)

    def connect(self, host, client):
        self.ask(f'AT+QMTOPEN=0,"{host}",1883', rb"\r\n\+QMTOPEN: 0,0\r\n")
        self.ask(f'AT+QMTCONN=0,"{client}"', rb"\r\n\+QMTCONN: 0,0,0\r\n")

    def subscribe(self, topic, qos):
        self.ask(f'AT+QMTSUB=0,1,"{topic}",{qos}', rb"\r\n\+QMTSUB: 0,1,0,\d\r\n")

    def publish(self, topic, payload, qos=1, message=1):
        self.ask(f'AT+QMTPUB=0,{message},{qos},0,"{topic}",{len(payload)}', rb"\r\n> ?")
        self.port.write(payload)
        self.wait_for(rb"\r\n\+QMTPUB: 0,%d,0\r\n" % message)

    def receive(self, topic):
        return self.wait_for(rb'\r\n\+QMTRECV: 0,\d+,"%s",(.*?)\r\n' % topic.encode())[1]

    def close(self):
        self.ask("AT+QMTDISC=0", rb"\r\n\+QMTDISC: 0,0\r\n")
        self.port.close()
