import type { Severity } from "./finding.js";

/** What a rule tells. The state machine of each rule stands in `watch/`. */
export interface RuleText {
  readonly severity: Severity;
  /** The clause that says so; `field`: logs and drivers of real modules. */
  readonly source: string;
  /** What the host does, in one sentence. */
  readonly what: string;
  /** What to do instead, in one sentence. */
  readonly advice: string;
}

/** Every rule of the referee, by its id. */
export const ruleTable = {
  "early-command": {
    severity: "error",
    source: "V.250 5.6.1",
    what: "A command begins before the final result of the last one: a module may drop it, or abort the last one.",
    advice: "Send the next command after OK, ERROR or +CME ERROR of the last one, or after its maximum response time.",
  },
  "payload-before-prompt": {
    severity: "warning",
    source: "note 3.2.9",
    what: "Payload bytes come before the prompt of AT+QMTPUB, or without it.",
    advice: "Send the payload only when > has come; after ERROR send none.",
  },
  "lf-only": {
    severity: "warning",
    source: "V.250 5.2.1",
    what: "A command line ends with LF alone; a module that keeps to V.250 waits for CR.",
    advice: "End each command line with CR, or with CR LF.",
  },
  "input-during-boot": {
    severity: "warning",
    source: "AT manual",
    what: "Bytes come between a reset that the host has asked for and the banner, and are lost.",
    advice: "After AT+NRB or a reset wait for the banner, which ends with OK.",
  },
  "open-not-awaited": {
    severity: "error",
    source: "note 6.1",
    what: "AT+QMTCONN comes before +QMTOPEN: 0,0, or AT+QMTSUB, AT+QMTUNS or AT+QMTPUB before +QMTCONN: 0,0,0.",
    advice: "Wait for +QMTOPEN: 0,0 before AT+QMTCONN, and for +QMTCONN: 0,0,0 before anything else.",
  },
  "connect-late": {
    severity: "note",
    source: "field",
    what: "AT+QMTCONN comes more than 5 s after +QMTOPEN: 0,0; many brokers hang up without an early CONNECT.",
    advice: "Send AT+QMTCONN at once after +QMTOPEN: 0,0.",
  },
  "msgid-reused": {
    severity: "error",
    source: "note 3.2.7",
    what: "A command has the message id of one that is still in flight, and is refused.",
    advice: "Count the message id up for each request, and reuse it after its final result 0 or 2.",
  },
  "window-overrun": {
    severity: "error",
    source: "note 3.2.9",
    what: "A sixth publish of QoS 1 or 2 comes while five are in flight, and is refused.",
    advice: "Count the publishes without a final result, and wait at five until one of them has got its +QMTPUB.",
  },
  "repeated-early": {
    severity: "warning",
    source: "note 3.2",
    what: "A command is repeated before its maximum response time, while its result is still to come.",
    advice:
      "Wait for the result of a command for its maximum response time (75 s for AT+QMTOPEN) before you repeat it.",
  },
  "error-hammered": {
    severity: "warning",
    source: "field",
    what: "The same command is refused three times within 10 s.",
    advice: "Find out why it is refused (AT+CMEE=1 gives a number), and wait longer after each attempt.",
  },
  "reconnect-storm": {
    severity: "warning",
    source: "GSMA TS.34",
    what: "Five AT+QMTOPEN come within 60 s; a network may bar a device that does so.",
    advice: "Wait longer after each failure, with some chance in it: 5 s, 10 s, 20 s, and so on up to some minutes.",
  },
  "stat-ignored": {
    severity: "error",
    source: "note 5.1",
    what: "After +QMTSTAT the host uses the dead link, or does not open a new one for 60 s.",
    advice: "Take +QMTSTAT as the end of the link: forget what was in flight, and begin with AT+QMTOPEN.",
  },
  "stat-busy": {
    severity: "warning",
    source: "note 5.1, table 4",
    what: "AT+QMTOPEN follows +QMTSTAT: 0,2 without a new PDP context.",
    advice: "After +QMTSTAT: 0,2 send AT+CGATT=0 and AT+CGATT=1, wait for +CGATT:1, and then open again.",
  },
  "payload-overlong": {
    severity: "error",
    source: "note 3.2.9",
    what: "A payload is longer than the module takes: the rest is lost, or read as commands.",
    advice: "Send at most 1548 bytes in a payload (1024 with later firmware), and divide what is longer.",
  },
  "topic-overlong": {
    severity: "error",
    source: "guide 3.2.9",
    what: "A topic is longer than 255 bytes, and the command is refused.",
    advice: "Keep topics within 255 bytes.",
  },
  "ctrl-z-in-payload": {
    severity: "error",
    source: "note 3.2.9",
    what: "Bytes that are no command follow a Ctrl+Z at once: the payload held 0x1A, and was cut there.",
    advice: 'Send binary payloads with their length, AT+QMTPUB=0,<id>,<qos>,<retain>,"<topic>",<length>, or as text.',
  },
  "prompt-left-open": {
    severity: "warning",
    source: "note 3.2.9",
    what: "A payload entry is not ended for 30 s, or a reset of the host ends it.",
    advice: "End each payload with Ctrl+Z, or leave the entry with ESC; a host that starts again sends ESC first.",
  },
  "setting-without-reboot": {
    severity: "warning",
    source: "AT manual",
    what: "A setting that takes effect at the next reboot is changed, and the host goes on without AT+NRB.",
    advice: "Send AT+NRB after AT+NCONFIG or AT+QREGSWT has changed something.",
  },
  "qos-without-result": {
    severity: "warning",
    source: "note 3.2.9",
    what: "The host ends a link while publishes of QoS 1 or 2 have no final result: they may be lost.",
    advice: "Wait for the final +QMTPUB of each publish before AT+QMTDISC, AT+QMTCLOSE or AT+NRB.",
  },
  "keepalive-off": {
    severity: "note",
    source: "field",
    what: "A link is up for more than 5 min with keep-alive 0, or one that is longer than a NAT remembers a connection.",
    advice: 'Set a keep-alive of a few minutes with AT+QMTCFG="keepalive",0,<seconds>, or publish as often.',
  },
  "result-missed": {
    severity: "warning",
    source: "field",
    what: "Results or reports come while no host is attached, or while it does not read, and are lost.",
    advice: "Keep the port open and read it all the time, from the first command to the last result.",
  },
  "socket-data-overlong": {
    severity: "error",
    source: "AT manual",
    what: "A message for a socket is longer than 1358 bytes, or its digits are not twice its length, and is refused.",
    advice: "Send at most 1358 bytes at a time, and two hexadecimal digits for each.",
  },
  "socket-data-early": {
    severity: "error",
    source: "field",
    what: "AT+NSOSD comes before +NSOCO: <socket>; the module answers OK, and the data are lost.",
    advice: "Take OK to AT+NSOCO as the end of the command alone: send when +NSOCO: <socket> has come.",
  },
  "socket-left-open": {
    severity: "error",
    source: "field",
    what: "AT+NSOCR is refused, because sockets were created again and again and nobody closed them.",
    advice: "Close each socket with AT+NSOCL, also after an error; +NSOCLI says that one is closed already.",
  },
  "credentials-in-topic": {
    severity: "note",
    source: "field",
    what: "A password or a device secret stands in a topic or in a payload.",
    advice: "Keep secrets out of topics and payloads: subscribers, brokers and logs see them.",
  },
  "echo-on": {
    severity: "note",
    source: "V.250 6.2.4",
    what: "A program talks to the module with echo on, and reads its own commands in front of each answer.",
    advice: "Send ATE0 first.",
  },
  "errors-unnumbered": {
    severity: "note",
    source: "note 4",
    what: "Commands are refused with a bare ERROR, because AT+CMEE is 0.",
    advice: "Send AT+CMEE=1 after each boot, so that an error tells its number.",
  },
} as const satisfies Readonly<Record<string, RuleText>>;

/** The id of a rule. */
export type RuleId = keyof typeof ruleTable;

/** A rule with its id. */
export interface Rule extends RuleText {
  readonly id: RuleId;
}

/** All rules, in the order of the table. */
export const rules: readonly Rule[] = Object.entries(ruleTable).map(([id, text]) => ({ id: id as RuleId, ...text }));
