import fc from "fast-check";
import { expect, test } from "vitest";
import { fromText, toBytes } from "../../../at/octets.js";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { isLuhn } from "../../../emulator/profile/profile-rules.js";
import { AtListener } from "../../../net/recordings/at-listener.js";
import { Pseudonyms } from "../../../net/recordings/pseudonyms.js";
import { redacted } from "../../../net/recordings/redact.js";
import { redactedCommand } from "../../../net/recordings/redact-lines.js";
import { systemClock } from "../../../net/time/clock.js";
import { EventLog } from "../../../net/trace/event-log.js";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";
import { Recorder } from "../../../net/trace/recorder.js";

type Talk = readonly (readonly [way: ">" | "<", text: string])[];

/** A talk as the events of a tap. */
function recorded(talk: Talk): readonly RecordedEvent[] {
  const log = new EventLog(systemClock(), new Recorder(false));
  const listener = new AtListener((happened) => log.add(happened));
  for (const [way, text] of talk) listener[way === ">" ? "host" : "module"](toBytes(fromText(text)), 0);
  return log.read(0);
}

const header = { format: "bc28-emu trace", version: 1, profile: "bc28" };

const answered = (line: string, answer: string): Talk => [
  [">", `${line}\r`],
  ["<", `\r\n${answer}\r\n\r\nOK\r\n`],
];

const talk: Talk = [
  ...answered("AT+CGSN=1", "+CGSN:490154203237518"),
  ...answered("AT+CIMI", "460001234567890"),
  ...answered("AT+NCCID", "+NCCID:89860012345678901234"),
  ...answered("AT+CGPADDR=0", "+CGPADDR:0,10.23.45.67"),
  ...answered("AT+CEREG?", '+CEREG:2,1,"5AE1","82E76B2",9'),
  ...answered("AT+CGDCONT?", '+CGDCONT:0,"IP","private.apn"'),
  [">", 'AT+QMTCFG="aliauth",0,"a1productkey","device-77","secretsecret"\r'],
  ["<", "\r\nOK\r\n"],
  [">", 'AT+QMTOPEN=0,"broker.customer.com",1883\r'],
  ["<", "\r\nOK\r\n\r\n+QMTOPEN: 0,0\r\n"],
  [">", 'AT+QMTCONN=0,"490154203237518","customer","hunter2hunter2"\r'],
  ["<", "\r\nOK\r\n\r\n+QMTCONN: 0,0,0\r\n"],
  [">", 'AT+QMTSUB=0,1,"customer/device-77/down",1\r'],
  ["<", "\r\nOK\r\n\r\n+QMTSUB: 0,1,0,1\r\n"],
  [">", 'AT+QMTPUB=0,7,1,0,"customer/device-77/up",21\r'],
  ["<", "\r\n>"],
  [">", 'reading "4711" of Bob'],
  ["<", "\r\nOK\r\n\r\n+QMTPUB: 0,7,0\r\n"],
  ...answered("AT+NSOCR=DGRAM,17,0,1", "0"),
  ...answered("AT+NSOST=0,10.77.88.99,5683,4,5EC2E700", "0,4"),
  ...answered("AT+NSOSD=1,5,5EC2E701A0,0,7", "1,5"),
  ["<", "\r\n+NSONMI:0,5,5EC2E702B1\r\n\r\n+NSONMI:0,10.77.88.99,5683,4,5EC2E703\r\n"],
  ...answered("AT+NSORF=0,10", "0,10.77.88.99,5683,4,5EC2E704,0"),
  ["<", '\r\n+QMTRECV: 0,9,"customer/device-77/down",open the gate\r\nat 51.5, now\r\n'],
];

const secrets = [
  ...["490154203237518", "460001234567890", "89860012345678901234", "10.23.45.67", "5AE1", "82E76B2", "private"],
  ...["10.77.88.99", "5EC2E7"],
  ...["a1productkey", "device-77", "secretsecret", "customer", "hunter2", "reading", "4711", "gate", "51.5"],
];

test("nothing that tells who and where is left, and lengths and shapes are kept", () => {
  const events = recorded(talk);
  const result = redacted(header, events, bc28);
  const text = JSON.stringify(result);
  for (const secret of secrets) expect(text).not.toContain(secret);
  expect(result.events.map(({ kind, size, seq }) => [seq, kind, size])).toEqual(
    events.map(({ kind, size, seq }) => [seq, kind, size]),
  );
  const lines = result.events.map(({ line }) => line).filter((line) => line !== undefined);
  const imei = /\+CGSN:(\d{15})$/.exec(String(lines.find((line) => String(line).startsWith("+CGSN:"))))?.[1] ?? "";
  expect(isLuhn(imei)).toBe(true);
  expect(lines.find((line) => String(line).startsWith("AT+QMTCONN"))).toContain(`"${imei}"`);
  const topics = lines.flatMap((line) => /"([a-z]+\/[a-z]+-\d\d)\/[a-z]+"/.exec(String(line))?.[1] ?? []);
  expect(topics.length).toBe(3);
  expect(new Set(topics).size).toBe(1);
});

test("an address has one pseudonym, in commands and in answers", () => {
  const { events } = redacted(header, recorded(talk), bc28);
  const lines = events.map(({ line }) => String(line)).filter((line) => line.includes(",5683,"));
  expect(lines).toHaveLength(3);
  expect(new Set(lines.map((line) => /\d+(?:\.\d+){3}/.exec(line)?.[0])).size).toBe(1);
});

test.each(["8.8.4.4", "93.184.216.34", "192.0.2.1", "203.0.113.77"])("no host has the pseudonym of %s", (address) => {
  const name = new Pseudonyms().of("address", address);
  expect(name).toMatch(/^(?:0|10|240)\./); // RFC 6890
  expect(name.replace(/\d/g, "0")).toBe(address.replace(/\d/g, "0"));
});

test("what has no secret stays as it is", () => {
  const plain = recorded([
    ...answered("ATI", "Quectel\r\nBC28\r\nRevision:BC28JAR02A01"),
    ...answered("AT+CSQ", "+CSQ:25,99"),
  ]);
  expect(redacted(header, plain, bc28).events).toEqual(plain);
});

test("packets, dials and the first line have the same names as the serial line", () => {
  const base = { t: 1, wall: "2026-01-01T00:00:00.000Z" };
  const events = [
    ...recorded(answered("AT+CIMI", bc28.identity.imsi)),
    { ...base, seq: 90, kind: "dial", link: 1, host: "broker.customer.com", port: 1883 },
    {
      ...base,
      seq: 91,
      kind: "packet",
      way: "sent",
      packet: "SUBSCRIBE",
      msgId: 1,
      topics: [{ topic: "customer/down", qos: 1 }],
    },
    {
      ...base,
      seq: 92,
      kind: "packet",
      way: "received",
      packet: "PUBLISH",
      qos: 0,
      dup: false,
      retain: false,
      topic: "customer/down",
      size: 4,
      base64: "/wABgA==",
    },
  ];
  const result = redacted(header, events, bc28);
  const [dial, subscribe, publish] = result.events.slice(-3);
  const imsi = result.events.find(({ kind }) => kind === "answer")?.line;
  expect(result.header).toMatchObject({ module: { base: "bc28", identity: { imsi } } });
  expect(imsi).not.toBe(bc28.identity.imsi);
  expect(dial?.host).toMatch(/^[a-z]{6}\.[a-z]{8}\.[a-z]{3}$/);
  expect(subscribe?.topics).toEqual([{ topic: publish?.topic, qos: 1 }]);
  expect(publish?.topic).toMatch(/^[a-z]{8}\/[a-z]{4}$/);
  expect(Buffer.from(String(publish?.base64), "base64").toString()).toMatch(/^[a-z]{4}$/);
});

test("any talk keeps its lengths, and a payload of six bytes or more is gone", () => {
  const octets = fc.string({ unit: fc.constantFrom(...'aB1 ,"\r\n\x1a*+/'), maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(">" as const, "<" as const), octets)), octets, (noise, payload) => {
      const hidden = `Zq${payload.replace(/[\r\n\x1a]/g, "")}qZ99`;
      const events = recorded([
        ...noise,
        [">", `\x1a\rAT+QMTPUB=0,0,0,0,"t",${hidden.length}\r`],
        ["<", "\r\n>"],
        [">", hidden],
        ["<", `\r\nOK\r\n\r\n+QMTRECV: 0,0,"t",${hidden}\r\n`],
      ]);
      const result = redacted(header, events, bc28);
      expect(result.events.map(({ size }) => size)).toEqual(events.map(({ size }) => size));
      expect(JSON.stringify(result.events.filter(({ kind }) => kind === "urc"))).not.toContain("qZ99");
    }),
  );
});

test("data of a socket whose digits are hidden have the pseudonym of the data that the line shows", () => {
  const names = new Pseudonyms();
  const shown = redactedCommand("AT+NSOSD=0,7,61622A2A2A6364", names);
  expect(redactedCommand("AT+NSOSD=0,7,6162******6364", names)).toBe(shown);
  expect(shown).toMatch(/^AT\+NSOSD=0,7,[0-9A-F]{14}$/);
});
