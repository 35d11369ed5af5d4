// A host like a driver in the field: it expects the four lines "", OK, "" and the result; any other one is a failure.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int port;

static int byte_within(int millis) {
  struct pollfd waiting = {.fd = port, .events = POLLIN};
  unsigned char byte;
  if (poll(&waiting, 1, millis) <= 0 || read(port, &byte, 1) != 1) return -1;
  return byte;
}

static void line_is(const char *wanted) {
  char line[256];
  size_t length = 0;
  for (int byte; (byte = byte_within(5000)) != '\n';) {
    if (byte < 0 || length == sizeof line - 1) break;
    if (byte != '\r') line[length++] = byte;
  }
  line[length] = 0;
  if (strcmp(line, wanted) == 0) return;
  fprintf(stderr, "wanted \"%s\", received \"%s\"\n", wanted, line);
  exit(1);
}

/** CR and LF in writes of their own. */
static void send(const char *command) {
  for (size_t at = 0, left = strlen(command); left > 0;) {
    size_t piece = left < 5 ? left : 5;
    write(port, command + at, piece);
    at += piece, left -= piece;
  }
  write(port, "\r", 1);
  usleep(2000);
  write(port, "\n", 1);
}

static void four_lines(const char *command, const char *result) {
  send(command);
  line_is("");
  line_is("OK");
  line_is("");
  line_is(result);
}

int main(int count, char **words) {
  struct termios modes;
  port = open(count > 1 ? words[1] : "", O_RDWR | O_NOCTTY);
  if (port < 0 || tcgetattr(port, &modes) != 0) return 2;
  cfmakeraw(&modes);
  cfsetspeed(&modes, B9600);
  tcsetattr(port, TCSANOW, &modes);

  send("AT+QMTDISC=0"); // their answers do not matter
  send("AT+QMTCLOSE=0");
  while (byte_within(300) >= 0) continue;

  four_lines("AT+QMTOPEN=0,\"broker.example\",1883", "+QMTOPEN: 0,0");
  four_lines("AT+QMTCONN=0,\"counting\"", "+QMTCONN: 0,0,0");
  four_lines("AT+QMTSUB=0,1,\"counted\",1", "+QMTSUB: 0,1,0,1");
  send("AT+QMTPUB=0,0,0,0,\"counted\"");
  line_is("");
  if (byte_within(5000) != '>') return 3;
  write(port, "one by one", 10);
  write(port, "\x1a\r\n", 3);
  line_is("");
  line_is("OK");
  line_is("");
  line_is("+QMTPUB: 0,0,0");
  line_is("");
  line_is("+QMTRECV: 0,0,\"counted\",one by one");
  four_lines("AT+QMTDISC=0", "+QMTDISC: 0,0");
  four_lines("AT+QMTCLOSE=0", "+QMTCLOSE: 0,0");
  return 0;
}
