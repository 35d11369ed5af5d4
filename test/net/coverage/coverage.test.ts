import fc from "fast-check";
import { expect, test } from "vitest";
import { commands } from "../../../emulator/commands/index.js";
import { writtenForms } from "../../../net/coverage/commands.js";
import { type Counts, merged } from "../../../net/coverage/counts.js";
import { Coverage, isGap, itemsOf } from "../../../net/coverage/coverage.js";
import { gapsOf, shareOf } from "../../../net/coverage/coverage-text.js";
import { type ManualClock, startModem, type TestModem } from "../../../testing.js";
import { recipes } from "../../recipes.js";

const event = (kind: string, fields: object, t = 0) => ({
  seq: 1,
  t,
  wall: "2026-01-01T00:00:00.000Z",
  kind,
  ...fields,
});

/** What is met, by item. */
const met = (counts: Counts): Readonly<Record<string, number>> =>
  Object.fromEntries(itemsOf(counts).flatMap((item) => (item.met > 0 ? [[item.item, item.met]] : [])));

/** What the lines of a host and a module show. */
function metBy(...lines: readonly string[]) {
  const coverage = new Coverage();
  for (const line of lines) {
    const [, kind, text = ""] = /^(line|answer|urc) (.*)$/s.exec(line) ?? [];
    coverage.note(event(kind ?? "", { line: text }));
  }
  return met(coverage.counts);
}

test.each<readonly [line: string, ...forms: string[]]>([
  ["AT", "AT"],
  ["ATE0", "ATE"],
  ["at+cgatt?", "AT+CGATT?"],
  ["AT+CME=1", "AT+CMEE="],
  ["ATE0;+CSQ;+CGATT=?", "ATE", "AT+CSQ", "AT+CGATT=?"],
  ['AT+QMTCFG="TimeOut",0,5', 'AT+QMTCFG="timeout"'],
  ["AT+QMTCONN***", "AT+QMTCONN="],
  ["AT+NSOCR=DGRAM,17,0", "AT+NSOCR="],
  ["hello"],
])("%s uses %j", (line, ...forms) => {
  expect(writtenForms(line).map(({ form, keyed }) => keyed ?? form)).toEqual(forms);
});

test("each line counts for the first item that fits", () => {
  expect(
    metBy("line AT+CMEE=2", "answer OK", "line AT+QMTPUB=0", "answer +CME ERROR: Uplink busy/flow control"),
  ).toEqual({
    "AT+CMEE=": 1,
    "AT+QMTPUB=": 1,
    "AT+QMTPUB= refused": 1,
    "+CME ERROR: 159": 1,
  });
  expect(
    metBy("urc +QMTSUB: 0,1,0,1,128", "urc +QMTSUB: 0,2,0,1,2", "urc +QMTPUB: 0,2,1,2", "urc +QMTPUB: 0,2,2"),
  ).toEqual({
    "+QMTSUB: 0,<msgID>,0,…128…": 1,
    "+QMTSUB: 0,<msgID>,0,…": 1,
    "+QMTPUB: 0,<msgID>,1,<times>": 1,
    "+QMTPUB: 0,<msgID>,2": 1,
  });
});

test("of a line with several commands it is not known which was refused", () => {
  expect(metBy("line AT+CSQ;+CGATT?", "answer +CSQ:25,99", "answer ERROR")).not.toHaveProperty(["AT+CGATT? refused"]);
});

test("an error, a cause and a command that are not listed are told, too", () => {
  expect(metBy("line AT+FOO=1", "answer +CME ERROR: 999", "urc REBOOT_CAUSE_PROTOCOL_WATCHDOG")).toMatchObject({
    "AT+FOO=": 1,
    "+CME ERROR: 999": 1,
    REBOOT_CAUSE_PROTOCOL_WATCHDOG: 1,
  });
});

test("a host that invents commands does not fill the memory", () => {
  const coverage = new Coverage();
  for (let number = 0; number < 2000; number += 1) coverage.note(event("line", { line: `AT+X${number}` }));
  expect(Object.keys(coverage.counts.commands ?? {})).toHaveLength(500);
});

test("what a host does not use is no gap, and says what it needs", () => {
  const items = itemsOf({ commands: { "AT+QMTOPEN=": 3, 'AT+QMTCFG="timeout"': 1 } });
  const of = (name: string) => items.find(({ item }) => item === name);
  expect(of("+QMTTENAUTH: 3")).toMatchObject({ met: 0, needs: "AT+QMTENAUTH=" });
  expect(of("+QMTOPEN: 0,4")).toEqual({ group: "results", item: "+QMTOPEN: 0,4", met: 0, recipe: "unknown name" });
  expect(of("AT+QMTCFG= refused")).not.toHaveProperty("needs");
  expect(gapsOf(items).map(({ item }) => item)).toContain("+QMTOPEN: 0,4");
  expect(gapsOf(items).some(({ needs }) => needs !== undefined)).toBe(false);
  const { met: some, of: all } = shareOf(items);
  expect(all - some).toBe(gapsOf(items).length);
});

test.each([
  ["+QMTPUB: 0,<msgID>,1,<times>", "AT+QMTPUB=0,1,1,0", 'AT+QMTCFG="timeout",0,10,3,0', 'AT+QMTCFG="timeout",0,10,3,1'],
  ["+NSOSTR:<socket>,<sequence>,0", "AT+NSOST=0,192.0.2.1,5683,1,31", "AT+NSOSD=0,1,31,0x100", "AT+NSOSD=0,1,31,,7"],
])("%s is a gap only where the host lets it come", (name, ...lines) => {
  const coverage = new Coverage();
  const needs = lines.map((line) => {
    coverage.note(event("line", { line }));
    return itemsOf(coverage.counts).find(({ item }) => item === name)?.needs;
  });
  expect(needs).toEqual([expect.any(String), needs[0], undefined]);
});

test("a will that is retained asks for no notices", () => {
  expect(writtenForms('AT+QMTCFG="will",0,1,1,1,"topic","text"').map(({ use }) => use)).toEqual([undefined]);
});

test("every name is there once, and everything that is no everyday line has a recipe", () => {
  const items = itemsOf({});
  const names = items.map(({ group, item }) => `${group} ${item}`);
  expect(new Set(names).size).toBe(names.length);
  const forms = items.filter(({ group }) => group === "commands").map(({ item }) => item);
  for (const {
    names: [name],
  } of commands)
    expect(forms.some((form) => form.startsWith(`AT${name}`))).toBe(true);
  expect(
    items.filter((item) => item.group !== "commands" && item.recipe === undefined).map(({ item }) => item),
  ).toEqual([
    ...["+QMTOPEN: 0,0", "+QMTCONN: 0,0,0", "+QMTPUB: 0,<msgID>,0", "+QMTSUB: 0,<msgID>,0,…", "+QMTUNS: 0,<msgID>,0"],
    ...["+QMTCLOSE: 0,0", "+QMTDISC: 0,0", "+QMTTENAUTH: 0,…", "+QDNS:<address>", "+NPING:<address>,<ttl>,<rtt>"],
    ...["+NSOSTR:<socket>,<sequence>,1"],
    ...["+CGATT:1", "+CEREG:<n>,1…", "+CSQ:<rssi>,99", "+COPS:<mode>,…"],
    ...["+NSONMI:<socket>,…", "+QMTRECV: 0,<msgID>,…", "+CSCON:<mode>", "+NPSMR:<mode>"],
    ...["REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET", "REBOOT_CAUSE_APPLICATION_AT"],
  ]);
  expect(recipes.length).toBe(items.filter(({ recipe }) => recipe !== undefined).length);
});

const counts = fc.dictionary(
  fc.constantFrom("commands", "results", "__proto__"),
  fc.dictionary(fc.constantFrom("a", "b", "constructor"), fc.nat(1000), { noNullPrototype: true }),
  { noNullPrototype: true },
);

test("sums do not depend on the order", () => {
  fc.assert(
    fc.property(counts, counts, counts, (one, two, three) => {
      expect(merged(merged(one, two), three)).toEqual(merged(three, merged(two, one)));
    }),
  );
});

test("any events are survived, and whatever was met is counted in some item", () => {
  const line = fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom("AT+QMTPUB=0,1,1,0", "OK", "ERROR"));
  const kind = fc.constantFrom(
    "line",
    "answer",
    "urc",
    "payload",
    "packet",
    "reboot",
    "phase",
    "down",
    "fault",
    "bytes",
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(kind, line)), (events) => {
      const coverage = new Coverage();
      for (const [what, text] of events) coverage.note(event(what, { line: text, did: text, packet: text }));
      const { counts } = coverage;
      const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
      const counted = sum(Object.values(counts).flatMap((items) => Object.values(items)));
      const items = itemsOf(counts);
      expect(sum(items.map((item) => item.met))).toBe(counted);
      expect(items.filter(isGap).every((item) => item.met === 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

async function chatter({ host, clock }: TestModem<ManualClock>, lines: number) {
  for (let at = 0; at < lines; at += 1) host.send("AT+CSQ\r");
  await clock.advance(0);
}

test("what the log has dropped was counted, and so was what was before a new run", async () => {
  await using modem = await startModem({ clock: "manual" });
  await chatter(modem, 4200); // each has five events; the log keeps 20 000 at most
  await modem.renew();
  await chatter(modem, 10);
  expect(modem.events[0]?.seq).toBeGreaterThan(1);
  const [item] = modem.coverage.filter(({ item }) => item === "AT+CSQ");
  expect(item?.met).toBe(4210);
});
