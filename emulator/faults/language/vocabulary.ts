import type { Group } from "./form.js";

/** Every form of a sentence. The parser, its problems, the completion, the printed vocabulary and the docs come from here. */
export const vocabulary = [
  {
    seam: "packets",
    takes: ["broker", "topic", "after", "chance", "for"],
    forms: {
      "lose [COUNT] PACKET": {
        means: "{PACKET WAY} is lost[; one to the broker counts as handed to TCP]",
        example: "lose 2 PUBACK",
      },
      "delay [COUNT] PACKET SPAN": {
        means: "{PACKET WAY} comes SPAN later; what is behind it passes it[, unlike with latency]",
        example: "delay SUBACK 12s",
      },
      "duplicate [COUNT] PACKET": { means: "{PACKET WAY} comes twice", example: "duplicate PUBLISH from broker" },
      "reorder [COUNT] PACKET": {
        means: "{PACKET WAY} comes behind the next one of its type, or alone after 5 s",
        example: "reorder PUBLISH from broker",
      },
      "corrupt [COUNT] PACKET": {
        means: "{PACKET WAY} comes with one bit flipped, behind its first byte[; its length stays]",
        example: "corrupt CONNACK",
      },
    },
  },
  {
    seam: "packets",
    takes: ["after", "chance", "for"],
    forms: {
      "answer [COUNT] CONNECT with CODE": {
        means: "{CONNECT} is kept from the broker; CONNACK with code CODE comes back, and the link is closed",
        example: "answer CONNECT with 5",
      },
      "answer [COUNT] SUBSCRIBE with GRANT": {
        means: "{SUBSCRIBE} is kept from the broker; SUBACK with GRANT for each topic comes back",
        example: "answer SUBSCRIBE with 128",
      },
    },
  },
  {
    seam: "network",
    takes: ["after", "chance", "for"],
    forms: {
      "refuse [COUNT] dial(s)": {
        means: "{dial(s)} is refused: QMTOPEN has result -1, NSOCO fails",
        example: "refuse dial",
      },
      "blackhole [COUNT] dial(s)": {
        means: "{dial(s)} gets no answer: QMTOPEN has result -1, or NSOCO fails, after 75 s",
        example: "blackhole every dial",
      },
      "unknown [COUNT] name(s)": {
        means: "{name(s) to look up} is unknown: QMTOPEN has result 4",
        example: "unknown 2 names",
      },
      "refuse [COUNT] pdp": {
        means: "{PDP context} is refused at a dial: QMTOPEN has result 3, NSOCO fails",
        example: "refuse pdp",
      },
      "answer [COUNT] token(s) with RESULT": {
        means:
          "{token request(s)} of QMTENAUTH is kept from the cloud: +QMTTENAUTH has result RESULT[; 6 comes after 195 s]",
        example: "answer token with 5",
      },
    },
  },
  {
    seam: "network",
    takes: ["host", "after", "chance", "for"],
    forms: {
      "lose [COUNT] datagram(s)": {
        means: "{datagram(s) WAY} is lost[; one from the host counts as sent]",
        example: "lose every datagram to host",
      },
    },
  },
  {
    seam: "network",
    takes: [],
    forms: {
      "drop link": "the link to the broker is reset (RST)[, and so are all TCP sockets]",
      "close link": "the broker's end closes the link (FIN)[, and so do the far ends of all TCP sockets]",
      "latency 0": "latency ends",
      "bandwidth 0": "the limit of the bandwidth ends",
    },
  },
  {
    seam: "network",
    takes: ["for"],
    forms: {
      "silence link":
        "nothing passes on the link that is up, or on the next one, and nobody is told[: a NAT that forgot]",
      "silence uplink": "nothing passes to the broker on the link that is up, or on the next one, and nobody is told",
      "silence downlink":
        "nothing comes from the broker on the link that is up, or on the next one, and nobody is told",
      "stall uplink": "TCP takes no more bytes from the module on the link that is up, or on the next one",
      "latency SPAN": {
        means: "every link is SPAN late each way, in order[; and every socket]",
        example: "latency 200ms..3s",
      },
      "bandwidth RATE": { means: "every link passes RATE each way[; and every socket]", example: "bandwidth 100B/s" },
    },
  },
  {
    seam: "world",
    takes: ["for"],
    forms: {
      "coverage off": { means: "there is no coverage", example: "coverage off for 40s" },
      "coverage on": "there is coverage again",
      "rssi RSSI": { means: "the signal is RSSI, as AT+CSQ prints it", example: "rssi 9" },
      "sim out": "the SIM is taken out",
      "sim in": "the SIM is put in",
      "network home": "the network registers the module as at home",
      "network roaming": "the network registers the module as roaming",
      "network denied": "the network denies the module its registration",
      "network searching": "no network admits or denies the module, which goes on searching",
      "power off": {
        means: "the supply is cut: no DISCONNECT, so that the broker publishes the will",
        example: "power off for 10s",
      },
      "power on": "the supply is back: the module boots with the banner of a power-up",
    },
  },
  {
    seam: "world",
    takes: [],
    forms: {
      detach: "the network detaches the module, which then searches again",
      reset: "the module is reset by its pin",
      "reset CAUSE": { means: "the module is reset, and its banner names CAUSE", example: "reset watchdog" },
    },
  },
  {
    seam: "module",
    takes: ["for"],
    forms: {
      freeze: { means: "the module hears and says nothing, and its timers stand still", example: "freeze for 10s" },
      "slow answers SPAN": { means: "every answer of the module comes SPAN later", example: "slow answers 3s" },
    },
  },
  {
    seam: "module",
    takes: [],
    forms: {
      thaw: "a frozen module goes on",
      "slow answers 0": "answers are no longer slow",
      'say "LINE"': { means: "the module says LINE, by the rules for URCs", example: 'say "+QMTSTAT: 0,1"' },
    },
  },
  {
    seam: "module",
    takes: ["after", "chance", "for"],
    forms: {
      'say [COUNT] "LINE" before an answer': {
        means: "the module says LINE between {command(s)} and its information line",
        example: 'say "+CEREG:1" before an answer',
      },
      'say [COUNT] "LINE" inside an answer': {
        means: "the module says LINE in the middle of the bytes of {answer(s)}",
        example: 'say "+CEREG:1" inside an answer',
      },
      "lose [COUNT] URC(s)": { means: "{URC(s)} is lost", example: "lose every URC" },
      "lose [COUNT] URC(s) PATTERN": { means: "{URC(s) PATTERN} is lost", example: "lose URC +QMTSTAT*" },
    },
  },
  {
    seam: "answers",
    takes: ["after", "chance", "for"],
    forms: {
      'answer [COUNT] COMMAND with "LINES"': {
        means: "{command(s) COMMAND} is skipped: the host hears LINES, then OK",
        example: 'answer AT+CSQ with "+CSQ:99,99"',
      },
      "error [COUNT] COMMAND": {
        means: "{command(s) COMMAND} is skipped: the host hears ERROR",
        example: "error AT+QMTPUB",
      },
      "error [COUNT] COMMAND NUMBER": {
        means: "{command(s) COMMAND} is skipped: the host hears ERROR, or +CME ERROR: NUMBER by AT+CMEE",
        example: "error AT+QMTPUB 159",
      },
      "ignore [COUNT] COMMAND": {
        means: "{command(s) COMMAND} is skipped, and nothing is said",
        example: "ignore AT+CGATT?",
      },
      "delay [COUNT] answer(s) COMMAND SPAN": {
        means: "{command(s) COMMAND} happens, and its answer comes SPAN later",
        example: "delay answer AT+CGATT? 5s",
      },
      "lose [COUNT] prompt(s)": {
        means: "{prompt(s)} is lost, and the module waits for the payload",
        example: "lose prompt",
      },
    },
  },
  {
    seam: "UART",
    takes: ["host", "after", "chance", "for"],
    forms: {
      "lose [COUNT] byte(s)": { means: "{byte(s) WAY} is lost", example: "lose 3 bytes to host" },
      "flip [COUNT] byte(s)": {
        means: "{byte(s) WAY} has one bit flipped",
        example: "flip every byte from host with chance 0.1%",
      },
    },
  },
  {
    seam: "UART",
    takes: ["after", "chance", "for"],
    forms: {
      "noise HEX at reset": {
        means: "the bytes HEX come first at every start, before the banner",
        example: "noise 00ff at reset",
      },
    },
  },
  {
    seam: "UART",
    takes: ["for"],
    forms: {
      "cut output SIZE bytes every SPAN": {
        means: "what the module says leaves in pieces of SIZE bytes, one every SPAN",
        example: "cut output 1..8 bytes every 5ms",
      },
      "host buffer BYTES": {
        means: "the host keeps BYTES bytes and reads at the line's speed; more than that is lost, the newest first",
        example: "host buffer 64",
      },
    },
  },
] as const satisfies readonly Group[];
