// How a host gets to its line.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "serial-line.h"

static int open_terminal(const char *path) {
  int terminal = open(path, O_RDWR | O_NOCTTY);
  if (terminal < 0) perror(path), exit(1);
  struct termios raw;
  tcgetattr(terminal, &raw);
  cfmakeraw(&raw);
  tcsetattr(terminal, TCSANOW, &raw);
  return terminal;
}

static int connected(int family, const void *address, socklen_t size) {
  int socket_ = socket(family, SOCK_STREAM, 0), on = 1;
  if (connect(socket_, address, size) < 0) perror("connect"), exit(1);
  if (family == AF_INET) setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket_;
}

static int dial_tcp(const char *port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connected(AF_INET, &to, sizeof to);
}

static int dial_unix(const char *path) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
  return connected(AF_UNIX, &to, sizeof to);
}

/** The shell's command gets standard input and output, and $1. */
static pid_t start(const char *command, int its_in, int its_out, const char *path) {
  pid_t child = fork();
  if (child == 0) {
    dup2(its_in, 0);
    dup2(its_out, 1);
    execl("/bin/sh", "sh", "-c", command, "sh", path, NULL);
    _exit(127);
  }
  close(its_in);
  close(its_out);
  return child;
}

static struct line start_on_pipes(const char *command) {
  int to[2], from[2];
  if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0) perror("pipe"), exit(1);
  return (struct line){from[0], to[1], start(command, to[0], from[1], "")};
}

static struct line start_on_terminal(const char *command) {
  char path[64];
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) perror("pty"), exit(1);
  ptsname_r(master, path, sizeof path);
  fcntl(open_terminal(path), F_SETFD, FD_CLOEXEC); // it stays open, so that the line is never dead
  return (struct line){master, master, start(command, open("/dev/null", O_RDONLY), open("/dev/null", O_WRONLY), path)};
}

static struct line both_ways(int descriptor) { return (struct line){descriptor, descriptor, 0}; }

struct line open_line(const char *name) {
  const char *colon = strchr(name, ':'), *rest = colon ? colon + 1 : "";
  if (!strncmp(name, "tcp:", 4)) return both_ways(dial_tcp(rest));
  if (!strncmp(name, "unix:", 5)) return both_ways(dial_unix(rest));
  if (!strncmp(name, "stdio:", 6)) return start_on_pipes(rest);
  if (!strncmp(name, "device:", 7)) return start_on_terminal(rest);
  return both_ways(open_terminal(name));
}

void end_line(const struct line *line) {
  if (line->other_end > 0) kill(line->other_end, SIGTERM), waitpid(line->other_end, NULL, 0);
}
