// A host on a serial line, as fast as hosts get: serial-host LINE WHAT AMOUNT [PORT] [QOS], prints figures.
// latency COUNT: AT -> OK in microseconds, p50, p95 and p99. publish SECONDS, receive SECONDS: messages per second.
// connect 0: opens a link and leaves it open.
// What a LINE may be stands in serial-line.h. One that starts its other end is waited for until it says OK.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serial-line.h"

enum { WINDOW = 5, LENGTH = 64, IDS = 1000 };
static const double warm_up = 0.5; // seconds, in which the other side gets its code compiled

static struct line line;
static char heard[1 << 17];
static size_t length;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void say(const char *words, size_t count) {
  while (count > 0) {
    ssize_t done = write(line.out, words, count);
    if (done <= 0) exit(2);
    words += done;
    count -= (size_t)done;
  }
}

static void hear(void) {
  ssize_t count = read(line.in, heard + length, sizeof heard - 1 - length);
  if (count <= 0) exit(3);
  length += (size_t)count;
  heard[length] = 0;
}

static void forget(const char *end) {
  length -= (size_t)(end - heard);
  memmove(heard, end, length + 1);
}

static void expect(const char *words) {
  char *found;
  while (!(found = strstr(heard, words))) hear();
  forget(found + strlen(words));
}

static void tell(const char *command, const char *answer) {
  say(command, strlen(command));
  expect(answer);
}

static void enter(const char *port) {
  char command[128];
  snprintf(command, sizeof command, "AT+QMTOPEN=0,\"127.0.0.1\",%s\r", port);
  tell(command, "+QMTOPEN: 0,0\r\n");
  tell("AT+QMTCONN=0,\"bench\"\r", "+QMTCONN: 0,0,0\r\n");
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

struct percentiles {
  double p50, p95, p99;
};

/** Twice as many as are counted: first the other side gets its code compiled. */
static struct percentiles latency(int count) {
  double *spans = malloc(sizeof *spans * (size_t)count);
  if (!spans) exit(4);
  for (int i = -count; i < count; i++) {
    double start = now();
    tell("AT\r", "OK\r\n");
    if (i >= 0) spans[i] = now() - start;
  }
  qsort(spans, (size_t)count, sizeof *spans, ascending);
  struct percentiles found = {spans[count / 2] * 1e6, spans[count * 95 / 100] * 1e6, spans[count * 99 / 100] * 1e6};
  free(spans);
  return found;
}

static int in_flight;
static long done;

/** Hears until `words` stand in what came, and counts the publishes that were answered meanwhile. */
static void expect_among_answers(const char *words) {
  for (;;) {
    char *end = heard, *word = NULL;
    for (char *at = heard; (at = strstr(at, "+QMTPUB: ")); at = end) {
      char *stop = strstr(at, "\r\n");
      if (!stop) break;
      end = stop + 2;
      in_flight--;
      done++;
    }
    if (words && (word = strstr(heard, words))) {
      char *stop = word + strlen(words);
      if (stop > end) end = stop;
    }
    forget(end);
    if (word || (!words && in_flight < WINDOW)) return;
    hear();
  }
}

static double publish(double seconds, const char *port, int qos) {
  char command[128], payload[LENGTH];
  memset(payload, 'x', sizeof payload);
  enter(port);
  double start = now(), from = 0;
  long before = 0;
  for (int id = 1;; id = id % IDS + 1) {
    double t = now();
    if (from == 0 && t - start > warm_up) from = t, before = done;
    if (from > 0 && t - from > seconds) break;
    if (in_flight >= WINDOW) expect_among_answers(NULL);
    int count = snprintf(command, sizeof command, "AT+QMTPUB=0,%d,%d,0,\"bench/topic\",%d\r", id, qos, LENGTH);
    say(command, (size_t)count);
    expect_among_answers("\r\n>");
    say(payload, sizeof payload);
    in_flight++;
    expect_among_answers("\r\nOK\r\n");
  }
  double rate = (double)(done - before) / (now() - from);
  tell("AT+QMTDISC=0\r", "+QMTDISC: 0,0\r\n");
  return rate;
}

/** Counts whole lines only: what the line has lost tears them. */
static double receive(double seconds, const char *port) {
  enter(port);
  tell("AT+QMTSUB=0,1,\"bench/topic\",1\r", "+QMTSUB: 0,1,0,1\r\n");
  double start = now(), from = 0;
  long count = 0;
  for (double t = start; from == 0 || t - from < seconds; t = now()) {
    if (from == 0 && t - start > warm_up) from = t, count = 0;
    hear();
    char *end = heard;
    for (char *stop; (stop = strchr(end, '\n')); end = stop + 1) {
      if (!strncmp(end, "+QMTRECV: 0,", 12) && stop - end > LENGTH + 25 && stop - end < LENGTH + 40) count++;
    }
    forget(end);
  }
  double rate = (double)count / (now() - from);
  return rate;
}

static void print_figures(const char *what, double amount, const char *port, int qos) {
  if (!strcmp(what, "latency")) {
    struct percentiles found = latency((int)amount);
    printf("%.1f %.1f %.1f\n", found.p50, found.p95, found.p99);
  } else {
    double figure = !strcmp(what, "publish")   ? publish(amount, port, qos)
                    : !strcmp(what, "receive") ? receive(amount, port)
                                               : (enter(port), 0);
    printf("%.1f\n", figure);
  }
}

int main(int argc, char **argv) {
  if (argc < 4) return 1;
  line = open_line(argv[1]);
  if (line.other_end > 0) expect("OK\r\n");
  usleep(100 * 1000); // whoever looks after new hosts has done so
  print_figures(argv[2], atof(argv[3]), argc > 4 ? argv[4] : "0", argc > 5 ? atoi(argv[5]) : 1);
  end_line(&line);
  return 0;
}
