// Host firmware without an operating system: a PC boots it, with the modem on its first serial port. It publishes a message
// to itself. Every line in both directions is printed on QEMU's debug console, and then the result; then QEMU ends, with
// code 33 for success and 35 for a failure. build.sh builds it, boot.sh boots it.
#include <stdbool.h>
#include <stdint.h>

// The header for the boot loader, and the entry point: 32 bits, flat, no interrupts, and no stack yet.
__asm__(".balign 4\n"
        ".long 0x1badb002, 0, -0x1badb002\n" // multiboot: magic, flags, checksum
        ".global start\n"
        "start: mov $stack + 4096, %esp\n"
        "call main\n");
uint8_t stack[4096];

static uint8_t in(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static void out(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }

// ---- QEMU's debug devices

enum { CONSOLE = 0xe9, EXIT = 0x501, WELL = 16, BADLY = 17 }; // QEMU ends with twice that and one

static void print(const char *mark, const char *text) {
  for (; *mark != 0; mark++) out(CONSOLE, *mark);
  for (; *text != 0; text++)
    if (*text >= ' ') out(CONSOLE, *text);
  out(CONSOLE, '\n');
}

static void end(uint8_t how, const char *why) {
  print("", why);
  out(EXIT, how);
  for (;;) __asm__("hlt"); // only on a machine without that device
}

// ---- Time: channel 0 of the PIT counts down from 65536, again and again

enum { COUNTER = 0x40, COUNTER_MODE = 0x43, COUNTS_PER_MS = 1193 };

static void clock_begin(void) {
  out(COUNTER_MODE, 0x34); // channel 0, both bytes, rate generator
  out(COUNTER, 0);
  out(COUNTER, 0);
}

/** Milliseconds since the start, up to an hour. To be called at least every 55 ms: the counter wraps then. */
static uint32_t milliseconds(void) {
  static uint32_t counts;
  static uint16_t last;
  out(COUNTER_MODE, 0); // holds the count for the two reads
  uint16_t now = in(COUNTER);
  now |= in(COUNTER) << 8;
  counts += (uint16_t)(last - now);
  last = now;
  return counts / COUNTS_PER_MS;
}

// ---- The UART: a 16550, polled

enum { DATA = 0x3f8, DIVISOR = DATA, FIFO = DATA + 2, FRAME = DATA + 3, LINES = DATA + 4, STATUS = DATA + 5 };
enum { EIGHT_N_ONE = 0x03, DIVISOR_LATCH = 0x80, EMPTY_AND_ON = 0x07, DTR_AND_RTS = 0x03 };
enum { RECEIVED = 0x01, ROOM = 0x20 }; // of STATUS

static void uart_begin(uint32_t speed) {
  out(FRAME, EIGHT_N_ONE | DIVISOR_LATCH);
  out(DIVISOR, 115200 / speed);
  out(DIVISOR + 1, 115200 / speed >> 8);
  out(FRAME, EIGHT_N_ONE);
  out(FIFO, EMPTY_AND_ON);
  out(LINES, DTR_AND_RTS);
}

static void send(const char *text) {
  print("> ", text);
  for (; *text != 0; text++) {
    while (!(in(STATUS) & ROOM)) {
    }
    out(DATA, *text);
  }
}

static bool receive(char *byte, uint32_t deadline) {
  while (!(in(STATUS) & RECEIVED))
    if (milliseconds() >= deadline) return false;
  *byte = in(DATA);
  return true;
}

// ---- The modem

static char line[256];

/** Reads the next line that is not empty into `line`, without its end; a prompt has no end. False at the time-out. */
static bool read_line(uint32_t within) {
  static unsigned length; // the beginning of a line is kept for the next call
  uint32_t deadline = milliseconds() + within;
  for (char byte; receive(&byte, deadline);) {
    bool ended = byte == '\r' || byte == '\n';
    if (!ended && length < sizeof line - 1) line[length++] = byte;
    line[length] = 0;
    if ((ended && length > 0) || (length == 1 && byte == '>')) {
      print("< ", line);
      length = 0;
      return true;
    }
  }
  return false;
}

enum verdict { OTHER, WANTED, REFUSED };

/** Compares the line with a wanted one, in which '#' is any number. The same name with another result is a refusal. */
static enum verdict compare(const char *wanted) {
  const char *actual = line;
  bool named = false;
  for (; *wanted != 0; wanted++) {
    if (*wanted != '#' && *wanted != *actual++) return named ? REFUSED : OTHER;
    while (*wanted == '#' && *actual >= '0' && *actual <= '9') actual++;
    if (*wanted == ':') named = true;
  }
  return *actual == 0 ? WANTED : named ? REFUSED : OTHER;
}

enum { MAX_ANSWERS = 3 };
struct step {
  const char *command;
  const char *answers[MAX_ANSWERS];
};

/** Sends the command, and reads until all answers have come, in any order. Other lines are ignored, unless they refuse. */
static bool take(const struct step *step, uint32_t timeout) {
  unsigned missing = 0; // one bit for each answer
  for (unsigned at = 0; at < MAX_ANSWERS && step->answers[at] != 0; at++) missing |= 1u << at;
  send(step->command);
  while (missing != 0) {
    if (!read_line(timeout) || compare("ERROR") == WANTED || compare("+CME ERROR: #") == WANTED) return false;
    for (unsigned at = 0; at < MAX_ANSWERS && step->answers[at] != 0; at++) {
      enum verdict verdict = compare(step->answers[at]);
      if (verdict == REFUSED) return false;
      if (verdict == WANTED) missing &= ~(1u << at);
    }
  }
  return true;
}

/** Sends AT until the modem answers: it may not be ready yet. Then ignores late answers and a banner. */
static bool wake(void) {
  static const struct step at = {"AT\r", {"OK"}};
  for (int tries = 0; tries < 50; tries++) {
    if (!take(&at, 300)) continue;
    while (read_line(100)) {
    }
    return true;
  }
  return false;
}

/** Waits until the module is attached to the network. */
static bool attach(void) {
  static const struct step ask = {"AT+CGATT?\r", {"+CGATT:1", "OK"}};
  for (int tries = 0; tries < 100; tries++) {
    if (take(&ask, 300)) return true;
    while (read_line(100)) {
    }
  }
  return false;
}

static const struct step steps[] = {
    {"AT+QMTOPEN=0,\"broker.example\",1883\r", {"OK", "+QMTOPEN: 0,0"}},
    {"AT+QMTCONN=0,\"firmware\"\r", {"OK", "+QMTCONN: 0,0,0"}},
    {"AT+QMTSUB=0,1,\"bare/metal\",1\r", {"OK", "+QMTSUB: 0,1,0,1"}},
    {"AT+QMTPUB=0,1,1,0,\"bare/metal\"\r", {">"}},
    {"no system here\x1a", {"OK", "+QMTPUB: 0,1,0", "+QMTRECV: 0,#,\"bare/metal\",no system here"}},
    {"AT+QMTDISC=0\r", {"OK", "+QMTDISC: 0,0"}},
};

void main(void) {
  clock_begin();
  uart_begin(9600);
  static const struct step no_echo = {"ATE0\r", {"OK"}};
  if (!wake() || !take(&no_echo, 10000)) end(BADLY, "no answer");
  if (!attach()) end(BADLY, "no network");
  for (unsigned at = 0; at < sizeof steps / sizeof *steps; at++)
    if (!take(&steps[at], 10000)) end(BADLY, "unexpected answer");
  end(WELL, "success");
}
