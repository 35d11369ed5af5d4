import { expect, test } from "vitest";
import { canonicalText, explain, formMeaning } from "../../../emulator/faults/language/explain.js";
import { conditions, events } from "../../../emulator/faults/language/grammar.js";
import { packetTypes } from "../../../emulator/faults/language/packet-ways.js";
import { readPhrase, sentenceForms } from "../../../emulator/faults/language/phrase.js";
import { readSentence } from "../../../emulator/faults/language/read-sentence.js";
import type { Action, AwaitedEvent, Limits, Rule, Sentence } from "../../../emulator/faults/language/sentence.js";
import { tokensOf } from "../../../emulator/faults/language/tokens.js";

function sentence(text: string): Sentence {
  const read = readSentence(text);
  if ("problem" in read) throw new Error(`${text}: ${read.problem}`);
  return read.sentence;
}

/** The form that a sentence follows. */
function syntaxOf(text: string): string | undefined {
  const cut = tokensOf(text);
  const read = "tokens" in cut ? readPhrase(cut.tokens) : cut;
  return "phrase" in read ? read.phrase.form.syntax : undefined;
}

const once: Limits = { count: 1, after: 0, chance: 1, lasting: undefined };
const always: Limits = { ...once, count: "every" };
const ms = (min: number, max = min) => ({ min, max });
const lost = (packet: (typeof packetTypes)[number], more: object = {}): Rule => ({
  kind: "packet",
  action: { verb: "lose" },
  packet,
  way: "fromBroker",
  topic: undefined,
  limits: once,
  ...more,
});

/** Every form of what stays in force. */
const rules: readonly (readonly [text: string, rule: Rule])[] = [
  ["lose PUBACK", lost("PUBACK")],
  ["lose 2 PUBACK", lost("PUBACK", { limits: { ...once, count: 2 } })],
  ["lose every PINGRESP for 5min", lost("PINGRESP", { limits: { ...always, lasting: ms(300_000) } })],
  ["Lose puback From Broker", lost("PUBACK")],
  ["lose PUBREL", lost("PUBREL", { way: "toBroker" })],
  ["lose PUBREL from broker", lost("PUBREL")],
  ["lose PUBLISH topic a/#", lost("PUBLISH", { way: "toBroker", topic: "a/#" })],
  ['lose PUBLISH from broker topic "größe 1/+"', lost("PUBLISH", { topic: "größe 1/+" })],
  [
    "lose PUBACK for 1s..3s with chance 50% to broker after 2",
    lost("PUBACK", { way: "toBroker", limits: { count: 1, after: 2, chance: 0.5, lasting: ms(1000, 3000) } }),
  ],
  ["delay SUBACK 12s", lost("SUBACK", { action: { verb: "delay", by: ms(12_000) } })],
  [
    "delay 3 SUBACK 1..3s",
    lost("SUBACK", { action: { verb: "delay", by: ms(1000, 3000) }, limits: { ...once, count: 3 } }),
  ],
  ["duplicate PUBLISH from broker", lost("PUBLISH", { action: { verb: "duplicate" } })],
  ["reorder PUBLISH", lost("PUBLISH", { way: "toBroker", action: { verb: "reorder" } })],
  ["corrupt CONNACK", lost("CONNACK", { action: { verb: "corrupt" } })],
  ["answer CONNECT with 5", lost("CONNECT", { way: "toBroker", action: { verb: "answer", code: 5 } })],
  [
    "answer every SUBSCRIBE with 128",
    lost("SUBSCRIBE", { way: "toBroker", action: { verb: "answer", code: 128 }, limits: always }),
  ],
  ["refuse dial", { kind: "dial", verb: "refuse", limits: once }],
  ["blackhole every dial", { kind: "dial", verb: "blackhole", limits: always }],
  ["unknown 2 names", { kind: "dial", verb: "unknownName", limits: { ...once, count: 2 } }],
  ["refuse pdp after 1", { kind: "dial", verb: "refusePdp", limits: { ...once, after: 1 } }],
  ["answer 2 tokens with 5", { kind: "token", result: 5, limits: { ...once, count: 2 } }],
  ["lose datagram", { kind: "datagram", verb: "lose", way: "fromHost", limits: once }],
  [
    "lose 3 datagrams to host after 1 with chance 50%",
    { kind: "datagram", verb: "lose", way: "toHost", limits: { ...once, count: 3, after: 1, chance: 0.5 } },
  ],
  ["lose every datagram from host", { kind: "datagram", verb: "lose", way: "fromHost", limits: always }],
  ["silence link for 2min", { kind: "link", verb: "silence", limits: { ...once, lasting: ms(120_000) } }],
  ["silence uplink", { kind: "link", verb: "silenceUplink", limits: once }],
  ["silence downlink", { kind: "link", verb: "silenceDownlink", limits: once }],
  ["stall uplink", { kind: "link", verb: "stallUplink", limits: once }],
  ["latency 200ms..3s", { kind: "latency", by: ms(200, 3000), limits: always }],
  ["bandwidth 100B/s", { kind: "bandwidth", bytesPerSecond: 100, limits: always }],
  [
    "bandwidth 2kB/s for 1h",
    { kind: "bandwidth", bytesPerSecond: 2000, limits: { ...always, lasting: ms(3_600_000) } },
  ],
  ["slow answers 3s", { kind: "slowAnswers", by: ms(3000), limits: always }],
  ['say "+CEREG:1" before an answer', { kind: "sayInto", line: "+CEREG:1", where: "beforeAnswer", limits: once }],
  [
    'say 3 "+CEREG:1" inside an answer',
    { kind: "sayInto", line: "+CEREG:1", where: "insideAnswer", limits: { ...once, count: 3 } },
  ],
  ["lose every URC", { kind: "loseUrc", line: "*", limits: always }],
  ["lose 2 URCs", { kind: "loseUrc", line: "*", limits: { ...once, count: 2 } }],
  ["lose URC +QMTSTAT*", { kind: "loseUrc", line: "+QMTSTAT*", limits: once }],
  ["lose URC +QMTSTAT", { kind: "loseUrc", line: "+QMTSTAT*", limits: once }],
  ["lose URC +QMTSTAT: 0,1 for 5s", { kind: "loseUrc", line: "+QMTSTAT: 0,1", limits: { ...once, lasting: ms(5000) } }],
  [
    'answer AT+CSQ with "+CSQ:99,99"',
    { kind: "command", action: { verb: "answer", lines: ["+CSQ:99,99"] }, line: "AT+CSQ*", limits: once },
  ],
  [
    'answer every AT+COPS? with "+COPS:0,2|more"',
    { kind: "command", action: { verb: "answer", lines: ["+COPS:0,2", "more"] }, line: "AT+COPS?*", limits: always },
  ],
  ['answer AT+X with ""', { kind: "command", action: { verb: "answer", lines: [] }, line: "AT+X*", limits: once }],
  [
    "error AT+QMTPUB",
    { kind: "command", action: { verb: "error", code: undefined }, line: "AT+QMTPUB*", limits: once },
  ],
  [
    "error 3 AT+QMTPUB* 159",
    { kind: "command", action: { verb: "error", code: 159 }, line: "AT+QMTPUB*", limits: { ...once, count: 3 } },
  ],
  [
    'error AT+QMTOPEN=0,"my host",1883 30',
    { kind: "command", action: { verb: "error", code: 30 }, line: 'AT+QMTOPEN=0,"my host",1883*', limits: once },
  ],
  ["ignore AT+CGATT?", { kind: "command", action: { verb: "ignore" }, line: "AT+CGATT?*", limits: once }],
  ["ignore every *", { kind: "command", action: { verb: "ignore" }, line: "*", limits: always }],
  [
    "delay answer AT+CGATT? 5s",
    { kind: "command", action: { verb: "delay", by: ms(5000) }, line: "AT+CGATT?*", limits: once },
  ],
  ["lose prompt", { kind: "losePrompt", limits: once }],
  ["lose 3 bytes to host", { kind: "bytes", verb: "lose", way: "toHost", limits: { ...once, count: 3 } }],
  ["lose byte", { kind: "bytes", verb: "lose", way: "fromHost", limits: once }],
  [
    "flip every byte from host with chance 0.1%",
    { kind: "bytes", verb: "flip", way: "fromHost", limits: { ...always, chance: 0.001 } },
  ],
  ["noise 00Ff at reset", { kind: "noise", bytes: Uint8Array.of(0, 255), limits: always }],
  ["cut output 1..8 bytes every 5ms", { kind: "cutOutput", bytes: ms(1, 8), every: ms(5), limits: always }],
  ["cut output 3 bytes every 1s..2s", { kind: "cutOutput", bytes: ms(3), every: ms(1000, 2000), limits: always }],
  ["host buffer 64", { kind: "hostBuffer", bytes: 64, limits: always }],
];

/** Every form of what happens at once. */
const deeds: readonly (readonly [text: string, action: Action])[] = [
  ["drop link", { kind: "dropLink" }],
  ["close link", { kind: "closeLink" }],
  ["coverage off", { kind: "coverage", on: false }],
  ["coverage off for 40s", { kind: "coverage", on: false, lasting: ms(40_000) }],
  ["coverage on", { kind: "coverage", on: true }],
  ["rssi 0", { kind: "rssi", rssi: 0 }],
  ["rssi 99 for 1min", { kind: "rssi", rssi: 99, lasting: ms(60_000) }],
  ["sim out", { kind: "sim", present: false }],
  ["sim in", { kind: "sim", present: true }],
  ["network home", { kind: "network", network: "home" }],
  ["network roaming", { kind: "network", network: "roaming" }],
  ["network denied", { kind: "network", network: "denied" }],
  ["network searching for 1.5min", { kind: "network", network: "searching", lasting: ms(90_000) }],
  ["detach", { kind: "detach" }],
  ["reset", { kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" }],
  ["reset pin", { kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" }],
  ["reset watchdog", { kind: "reset", cause: "REBOOT_CAUSE_APPLICATION_WATCHDOG" }],
  ["reset brownout", { kind: "reset", cause: "REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET" }],
  ["reset protocol_watchdog", { kind: "reset", cause: "REBOOT_CAUSE_PROTOCOL_WATCHDOG" }],
  ["reset REBOOT_CAUSE_UNKNOWN", { kind: "reset", cause: "REBOOT_CAUSE_UNKNOWN" }],
  ["power off for 10s", { kind: "power", on: false, lasting: ms(10_000) }],
  ["power on", { kind: "power", on: true }],
  ["freeze", { kind: "freeze" }],
  ["freeze for 1s..20s", { kind: "freeze", lasting: ms(1000, 20_000) }],
  ["thaw", { kind: "thaw" }],
  ['say "+QMTSTAT: 0,1"', { kind: "say", line: "+QMTSTAT: 0,1" }],
  ['say "a: \\"b\\" | \\\\ \\r\\n\\x00\\xfFü"', { kind: "say", line: 'a: "b" | \\ \r\n\x00\xff\xc3\xbc' }],
];

const happenings: readonly (readonly [text: string, what: AwaitedEvent])[] = [
  ["at 30s", { kind: "at", at: 30_000 }],
  ["host sends AT+QMTPUB*", { kind: "hostSends", line: "AT+QMTPUB*" }],
  ["host sends AT+QMTPUB", { kind: "hostSends", line: "AT+QMTPUB*" }],
  ['host sends "at+x: y"', { kind: "hostSends", line: "at+x: y*" }],
  ["module says +QMTOPEN: 0,0", { kind: "moduleSays", line: "+QMTOPEN: 0,0" }],
  ["module says drop link: 0", { kind: "moduleSays", line: "drop link: 0" }],
  ['module says "+QMTSTAT: 0,1"', { kind: "moduleSays", line: "+QMTSTAT: 0,1" }],
  ["PUBACK received", { kind: "packet", packet: "PUBACK", way: "received" }],
  ["publish sent", { kind: "packet", packet: "PUBLISH", way: "sent" }],
  ["dialled", { kind: "dialled" }],
  ["link up", { kind: "linkUp" }],
  ["link down", { kind: "linkDown" }],
  ["connected", { kind: "connected" }],
  ["datagram sent", { kind: "datagramSent" }],
  ["datagram received", { kind: "datagramReceived" }],
  ["attached", { kind: "attached" }],
  ["detached", { kind: "detached" }],
  ["booted", { kind: "booted" }],
  ["asleep", { kind: "asleep" }],
];

test.each(rules)("%s stays in force", (text, rule) => {
  expect(sentence(text)).toEqual({ text, when: undefined, does: { from: rule } });
});

test.each(deeds)("%s happens at once", (text, deed) => {
  expect(sentence(text)).toEqual({ text, when: undefined, does: { now: deed } });
});

const ending = [
  ["latency 0", "latency"],
  ["bandwidth 0", "bandwidth"],
  ["slow answers 0", "slowAnswers"],
] as const;

test.each(ending)("%s ends it", (text, ends) => {
  expect(sentence(text).does).toEqual({ ends });
});

test.each(happenings)("when and whenever %s", (event, what) => {
  expect(sentence(`when ${event}: drop link`).when).toEqual({ what, again: false });
  expect(sentence(`Whenever ${event} : lose every URC`).when).toEqual({ what, again: true });
});

test("blanks are folded, but not in quotes", () => {
  expect(sentence(' \t when link  up:\n say   "a  b" ').text).toBe('when link up: say "a  b"');
});

test("every form and every event has a row here, and an example that is one of its sentences", () => {
  const all = [...rules.map(([text]) => text), ...deeds.map(([text]) => text), ...ending.map(([text]) => text)];
  const syntaxes = sentenceForms.map(({ syntax }) => syntax);
  expect(new Set(all.map(syntaxOf))).toEqual(new Set(syntaxes));
  expect(sentenceForms.map(({ example }) => syntaxOf(example))).toEqual(syntaxes);
  expect(new Set(happenings.map(([, { kind }]) => kind))).toEqual(
    new Set(events.map(({ example }) => sentence(`when ${example}: drop link`).when?.what.kind)),
  );
});

test.each(packetTypes)("%s is lost on a way that it can take", (packet) => {
  const { does } = sentence(`lose ${packet}`);
  const toBroker = ["CONNECT", "PUBLISH", "PUBREL", "SUBSCRIBE", "UNSUBSCRIBE", "PINGREQ", "DISCONNECT"];
  expect(does).toEqual({ from: lost(packet, { way: toBroker.includes(packet) ? "toBroker" : "fromBroker" }) });
});

test.each([
  ["lose 2 PUBACK", "lose 2 PUBACK from broker", "Each of the next 2 PUBACK from the broker is lost."],
  [
    "when host sends AT+QMTPUB*: latency 1..3s",
    "when host sends AT+QMTPUB: latency 1s..3s",
    "The next time that the host sends AT+QMTPUB, before the answer: every link is 1 to 3 s late each way, in order.",
  ],
  [
    "whenever module says +QMTSTAT: lose PUBLISH for 90s topic a/# with chance 0.1% after 3",
    "whenever module says +QMTSTAT*: lose PUBLISH to broker topic a/# after 3 with chance 0.1% for 90s",
    "Each time that the module says +QMTSTAT*: the next PUBLISH to the broker with a topic that fits a/# is lost; " +
      "the first 3 pass; each with a chance of 0.1%; this lasts 90 s.",
  ],
  [
    "delay 2 answers AT+CGATT? 3600s",
    "delay 2 answers AT+CGATT? 1h",
    "Each of the next 2 commands AT+CGATT? happens, and its answer comes 1 h later.",
  ],
  ["lose every byte", "lose every byte from host", "Every byte from the host is lost."],
  ["coverage off for 40s", "coverage off for 40s", "There is no coverage; this lasts 40 s."],
  [
    "reset watchdog",
    "reset APPLICATION_WATCHDOG",
    "The module is reset, and its banner names REBOOT_CAUSE_APPLICATION_WATCHDOG.",
  ],
  ['answer AT+X with ""', 'answer AT+X with ""', "The next command AT+X is skipped: the host hears nothing, then OK."],
  ["bandwidth 2kB/s", "bandwidth 2000B/s", "Every link passes 2000 bytes a second each way."],
])("%s is written and explained", (text, canonical, meaning) => {
  expect(canonicalText(sentence(text))).toBe(canonical);
  expect(explain(sentence(text))).toBe(meaning);
});

test.each([...sentenceForms, ...events, ...conditions])("$syntax has a meaning that names its values", (form) => {
  const meaning = formMeaning(form);
  expect(meaning).toMatch(/^[^{}[\]]+$/);
  const names = form.elements.flatMap((element) => (element.kind === "value" ? [element.name] : []));
  for (const name of names) if (name !== "COUNT") expect(meaning).toContain(name);
  expect(meaning.includes("the next")).toBe(names.includes("COUNT") || meaning.includes("next one"));
});
