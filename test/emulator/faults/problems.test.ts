import { expect, test } from "vitest";
import { completions, readSentence } from "../../../emulator/faults/language/read-sentence.js";

const packets =
  "CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT";
const verbs =
  "lose delay duplicate reorder corrupt answer refuse blackhole unknown drop close latency bandwidth silence stall coverage " +
  "rssi sim network power detach reset freeze slow thaw say error ignore flip noise cut host";
const listed = `${verbs} when whenever`.replaceAll(" ", ", ");
const span = "a span of time (a number with ms, s, min or h, or a range such as 1s..3s; 1ms to 24h)";
const command = "a command (AT… as the line begins; * stands for anything; in quotes where it has blanks)";
const answer = 'an answer in quotes (lines separated by |, at most 512 bytes, such as "+CSQ:99,99")';

/** Every problem, in the words in which people read it. */
const problems: readonly (readonly [text: string, problem: string])[] = [
  ["", "it is empty; a fault is a sentence such as lose 2 PUBACK"],
  [" ".repeat(1001), "the sentence has 1001 characters, and may have 1000"],
  ["foo", `"foo" is no fault; there are: ${listed}`],
  ["los PUBACK", '"los" is no fault; did you mean lose?'],
  ["wen link up: drop link", '"wen" is no fault; did you mean when?'],
  ["link up: drop link", '"link" is no fault but an event; write: when link up: drop link'],
  ['"lose" PUBACK', `"lose" is no fault; there are: ${listed}`],

  [
    "lose",
    'something is missing behind "lose": a packet such as PUBACK, datagram, URC, prompt, byte or a count such as 2',
  ],
  ["lose every", 'something is missing behind "lose every": a packet such as PUBACK, datagram, URC, prompt or byte'],
  [
    "lose foo",
    '"foo" cannot stand behind "lose"; there can be a packet such as PUBACK, datagram, URC, prompt, byte or a count such as 2',
  ],
  ["lose 2 PUBAK", '"PUBAK" cannot stand behind "lose 2"; did you mean PUBACK?'],
  ["lose bytes", '"bytes" cannot stand behind "lose"; did you mean byte?'],
  ["lose 0 PUBACK", '"0" is not a count (1 to 1000000, or every)'],
  ["lose 1000001 PUBACK", '"1000001" is not a count (1 to 1000000, or every)'],
  ["lose -1 PUBACK", '"-1" is not a count (1 to 1000000, or every)'],
  ["lose PUBACK PUBACK", '"PUBACK" cannot stand behind "lose PUBACK"; there can be from, to, after, with or for'],
  ["delay SUBACK", 'something is missing behind "delay SUBACK": a span of time such as 10s'],
  ["delay SUBACK 12", `"12" is not ${span}`],
  ["delay SUBACK 5m", `"5m" is not ${span}`],
  ["delay SUBACK 3s..1s", `"3s..1s" is not ${span}`],
  ["delay SUBACK 1s..2s..3s", `"1s..2s..3s" is not ${span}`],
  ["delay SUBACK 25h", `"25h" is not ${span}`],
  ["delay SUBACK 0.5ms", `"0.5ms" is not ${span}`],
  ["latency 0s", `"0s" is not ${span}, nor 0`],
  ["bandwidth 100", '"100" is not a rate (a number with B/s or kB/s; up to 1000kB/s), nor 0'],
  ["answer CONNECT with 0", '"0" is not a return code of CONNACK (1, 2, 3, 4, 5)'],
  ["answer SUBSCRIBE with 3", '"3" is not a return code of SUBACK (0, 1, 2, 128)'],
  [
    "answer PUBLISH with 3",
    '"PUBLISH" cannot stand behind "answer"; there can be CONNECT, SUBSCRIBE, token, a command such as AT+QMTPUB or a count such as 2',
  ],
  ["answer AT+CSQ with +CSQ:99,99", `"+CSQ:99,99" is not ${answer}`],
  ['answer AT+CSQ with "a||b"', `"a||b" is not ${answer}`],
  ["error AT+QMTPUB 1590", '"1590" is not an error number (0 to 999)'],
  [
    "ignore CGATT",
    `"CGATT" cannot stand behind "ignore"; there can be a command such as AT+QMTPUB or a count such as 2`,
  ],
  ["delay answer CGATT 5s", `"CGATT" is not ${command}`],
  [
    `ignore AT${"+".repeat(200)}`,
    '"AT++++++++++++++++++++++++++++++++++++++…" cannot stand behind "ignore"; there can be a command such as AT+QMTPUB or a count such as 2',
  ],
  ["drop lnk", '"lnk" cannot stand behind "drop"; did you mean link?'],
  ["silence", 'something is missing behind "silence": link, uplink or downlink'],
  ["rssi 32", '"32" is not a signal (0 to 31, or 99, as AT+CSQ prints it)'],
  ["network searchin", '"searchin" cannot stand behind "network"; did you mean searching?'],
  [
    "reset foo",
    '"foo" is not a cause of a reset (pin, watchdog, brownout, or as the banner names it, such as APPLICATION_AT)',
  ],
  ["reset watchdogs", '"watchdogs" cannot stand behind "reset"; did you mean watchdog?'],
  [
    "say hello",
    '"hello" cannot stand behind "say"; there can be a line in quotes such as "+QMTSTAT: 0,1" or a count such as 2',
  ],
  [
    'say ""',
    '"" cannot stand behind "say"; there can be a line in quotes such as "+QMTSTAT: 0,1" or a count such as 2',
  ],
  ['say "hello', 'the quotes in "hello do not end'],
  ['say "hello"there', 'a blank is missing behind "hello"'],
  ['say "a\\q"', '\\q in "a\\q" is unknown; there are: \\r \\n \\xHH \\" \\\\'],
  ['say "a\tb"', '"a\\x09b" holds a control character; in quotes write \\x09'],
  ['say "x" before lunch', '"lunch" cannot stand behind "say "x" before"; write an'],
  ['error AT+X="a 3', 'the quotes in AT+X="a 3 do not end'],
  ["noise 00f at reset", '"00f" is not a row of bytes in hexadecimal (1 to 64 of them, two digits each)'],
  ["cut output 8..1 bytes every 5ms", '"8..1" is not a number of bytes (1 to 4096, or a range such as 1..8)'],
  ["host buffer 0", '"0" is not a number of bytes (1 to 65536)'],

  ["drop link for 5s", '"drop link" does not take "for"; it takes no condition'],
  ["latency 2s with chance 5%", '"latency SPAN" does not take "with chance"; it takes for'],
  [
    "lose PUBACK to host",
    '"lose PUBACK" does not take "to host"; it takes from broker, to broker, after, with chance, for',
  ],
  ["lose PUBACK topic a/b", '"topic" narrows PUBLISH only, not PUBACK'],
  [
    "lose PUBLISH topic a/#/b",
    '"a/#/b" is not a topic filter (as in SUBSCRIBE, with + and #; in quotes where it has blanks)',
  ],
  ["lose PUBACK after 1 after 2", '"after" stands there twice'],
  ["lose PUBLISH to broker from broker", '"from broker" is one direction too many'],
  ["lose CONNECT from broker", 'CONNECT never comes from the broker; leave "from broker" out'],
  ["lose SUBACK to broker", 'SUBACK never goes to the broker; leave "to broker" out'],
  ["lose PUBACK with 50%", '"50%" cannot stand behind "lose PUBACK with"; write chance'],
  ["lose PUBACK with chance 101%", '"101%" is not a chance (above 0% and up to 100%, such as 0.1%)'],
  ["lose PUBACK with chance 0%", '"0%" is not a chance (above 0% and up to 100%, such as 0.1%)'],
  ["lose PUBACK after", 'something is missing behind "lose PUBACK after": a number such as 2'],
  ["lose PUBACK from", 'something is missing behind "lose PUBACK from": broker'],

  [
    "when",
    'something is missing behind "when": at, host, module, a packet such as PUBACK, dialled, link, connected, datagram, attached, ' +
      "detached, booted or asleep",
  ],
  ["when lnk up: drop link", '"lnk" is no event; did you mean link?'],
  ["when CONNECT received: drop link", '"received" cannot stand behind "when CONNECT"; write sent'],
  ["when link up drop link", "a colon is missing; write: when link up: drop link"],
  ["when module says OK drop link", "a colon is missing; write: when module says OK: drop link"],
  ["when link up", "a fault is missing: when link up: lose 2 PUBACK"],
  ["when link up:", "a fault is missing: when link up: lose 2 PUBACK"],
  ["when module says +QMTOPEN: 0,0", "a fault is missing: when module says +QMTOPEN: 0,0: lose 2 PUBACK"],
  ["when link up: dro link", '"dro" is no fault; did you mean drop?'],
  ["when link: drop link", 'something is missing behind "when link": up or down'],
  [
    "when at 1s..3s: drop link",
    '"1s..3s" is not a moment (the time since power-up: a number with ms, s, min or h; 1ms to 24h)',
  ],
  ["when booted: when attached: drop link", 'a second "when"; a fault waits for one event'],
];

test.each(problems)("%s", (text, problem) => {
  expect(readSentence(text)).toEqual({ problem });
});

const next: readonly (readonly [text: string, words: string])[] = [
  ["", `${verbs} when whenever`],
  ["l", "lose latency"],
  ["LO", "lose"],
  ["lose ", `${packets} 2 every datagram URC prompt byte`],
  ["lose pub", "PUBLISH PUBACK PUBREC PUBREL PUBCOMP"],
  ["lose 2 ", `${packets} datagrams URCs prompts bytes`],
  ["lose CONNECT ", "to after with for"],
  ["lose PUBLISH ", "from to topic after with for"],
  ["lose PUBACK from broker ", "after with for"],
  ["lose PUBACK with ", "chance"],
  ["lose PUBACK for ", "10s 1s..3s"],
  ["answer CONNECT with ", "1 2 3 4 5"],
  ["reset w", "watchdog"],
  ["drop ", "link"],
  ["drop link ", ""],
  ["drop lnk ", ""],
  ["when link ", "up: down:"],
  ["when PUBACK ", "received: sent:"],
  ["when CONNECT ", "sent:"],
  ["when at ", "30s:"],
  ["when module says +X ", ":"],
  ["when link up: ", verbs],
  ['say "+QMTSTAT: ', ""],
];

test.each(next)("behind %o can stand: %s", (text, words) => {
  expect(completions(text).join(" ")).toBe(words);
});
