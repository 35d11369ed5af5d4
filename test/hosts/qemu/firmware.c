// Host firmware without an operating system: a PC boots it, and the modem hangs on its first serial port. It sends a
// message and hears it back. Every line of both sides is told on QEMU's debug console, and how it ended; then QEMU ends
// too, with code 33 where all went well, with 35 where it did not. build.sh builds it, boot.sh boots it.
#include <stdbool.h>
#include <stdint.h>

// What the boot loader looks for, and where it enters: 32 bits, flat, no interrupts, and no stack yet.
__asm__(".balign 4\n"
        ".long 0x1badb002, 0, -0x1badb002\n" // multiboot: magic, no wishes, checksum
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

static void tell(const char *mark, const char *text) {
  for (; *mark != 0; mark++) out(CONSOLE, *mark);
  for (; *text != 0; text++)
    if (*text >= ' ') out(CONSOLE, *text);
  out(CONSOLE, '\n');
}

static void end(uint8_t how, const char *why) {
  tell("", why);
  out(EXIT, how);
  for (;;) __asm__("hlt"); // a machine without that device stays here
}

// ---- Time: channel 0 of the PIT counts down from 65536, again and again

enum { COUNTER = 0x40, COUNTER_MODE = 0x43, COUNTS_PER_MS = 1193 };

static void clock_begin(void) {
  out(COUNTER_MODE, 0x34); // channel 0, both bytes, rate generator
  out(COUNTER, 0);
  out(COUNTER, 0);
}

/** Since the start, for an hour. To be asked at least every 55 ms: a turn that nobody saw is lost. */
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
  tell("> ", text);
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

/** Hears the next line that is not empty, without its end. A prompt has none. */
static bool hear(uint32_t within) {
  static unsigned length; // what has begun to come when the time is over belongs to the next call
  uint32_t deadline = milliseconds() + within;
  for (char byte; receive(&byte, deadline);) {
    bool over = byte == '\r' || byte == '\n';
    if (!over && length < sizeof line - 1) line[length++] = byte;
    line[length] = 0;
    if ((over && length > 0) || (length == 1 && byte == '>')) {
      tell("< ", line);
      length = 0;
      return true;
    }
  }
  return false;
}

enum verdict { OTHER, WANTED, REFUSED };

/** What the line is to a wanted one; a '#' in it stands for any number. The same name with another result refuses. */
static enum verdict judge(const char *wanted) {
  const char *heard = line;
  bool named = false;
  for (; *wanted != 0; wanted++) {
    if (*wanted != '#' && *wanted != *heard++) return named ? REFUSED : OTHER;
    while (*wanted == '#' && *heard >= '0' && *heard <= '9') heard++;
    if (*wanted == ':') named = true;
  }
  return *heard == 0 ? WANTED : named ? REFUSED : OTHER;
}

enum { MOST = 3 };
struct step {
  const char *say;
  const char *hear[MOST];
};

/** Says it, and hears until all lines have come, in whatever order. Other lines do not matter, but for a refusal. */
static bool take(const struct step *step, uint32_t patience) {
  unsigned missing = 0; // a bit for each
  for (unsigned at = 0; at < MOST && step->hear[at] != 0; at++) missing |= 1u << at;
  send(step->say);
  while (missing != 0) {
    if (!hear(patience) || judge("ERROR") == WANTED || judge("+CME ERROR: #") == WANTED) return false;
    for (unsigned at = 0; at < MOST && step->hear[at] != 0; at++) {
      enum verdict verdict = judge(step->hear[at]);
      if (verdict == REFUSED) return false;
      if (verdict == WANTED) missing &= ~(1u << at);
    }
  }
  return true;
}

/** Calls until the modem answers: it may not be there yet. What comes late, or a banner, is let go by. */
static bool wake(void) {
  static const struct step call = {"AT\r", {"OK"}};
  for (int tries = 0; tries < 50; tries++) {
    if (!take(&call, 300)) continue;
    while (hear(100)) {
    }
    return true;
  }
  return false;
}

static const struct step steps[] = {
    {"ATE0\r", {"OK"}},
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
  if (!wake()) end(BADLY, "nobody answers");
  for (unsigned at = 0; at < sizeof steps / sizeof *steps; at++)
    if (!take(&steps[at], 10000)) end(BADLY, "that is not what was waited for");
  end(WELL, "all went well");
}
