import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Referee, refereeOf, wantedKinds } from "../../../net/referee/referee.js";
import { rules } from "../../../net/referee/rules.js";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";

const lines = [
  ...["AT", "ATE1", "AT+CSQ", "AT+CFUN=7", "AT+NRB", "AT+CGATT=0", "AT+CPSMS=1", "hello", "", '"', "AT+QMTCONN***"],
  ...['AT+QMTOPEN=0,"h",1883', 'AT+QMTCONN=0,"c"', "AT+QMTDISC=0", "AT+QMTCLOSE=0", 'AT+QMTSUB=0,1,"t",1'],
  ...['AT+QMTPUB=0,1,1,0,"t"', 'AT+QMTPUB=0,2,1,0,"t"', 'AT+QMTPUB=0,3,2,0,"t",2000', 'AT+CSQ;+QMTPUB=0,4,1,0,"t"'],
];
const answers = [">", "OK", "ERROR", "+CME ERROR: 3", "+CME ERROR: 50", "+CME ERROR: 159", "+CSQ:25,99", "0", "4"];
const urcs = [
  ...["+QMTOPEN: 0,0", "+QMTOPEN: 0,-1", "+QMTOPEN: 0,2", "+QMTCONN: 0,0,0", "+QMTCONN: 0,0,5", "+QMTCONN: 0,2"],
  ...["+QMTSTAT: 0,1", "+QMTSTAT: 0,2", "+QMTSTAT: 0,5", "+QMTPUB: 0,1,0", "+QMTPUB: 0,2,1,1", "+QMTPUB: 0,2,2"],
];
const maybe = <T>(value: T) => fc.option(fc.constant(value), { nil: undefined });
const kind = <K extends string>(of: K) => fc.constant(of);

/** Events as a run has them, in any order. */
const likely = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind("line"), line: fc.constantFrom(...lines), early: maybe(true), begun: maybe(50) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: kind("answer"), line: fc.constantFrom(...answers) }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("urc"), line: fc.constantFrom(...urcs) }) },
  fc.record({ kind: kind("payload"), size: fc.nat(2000), early: maybe(3), lost: maybe(9), end: maybe("full") }),
  fc.record({ kind: fc.constantFrom("cancelled", "power", "renewed", "booted") }),
  fc.record({
    kind: kind("setting"),
    name: fc.constantFrom("E", "CMEE", "V", "RAI"),
    value: fc.constantFrom("0", "1"),
    before: fc.constantFrom("0", "1"),
    from: maybe("reboot"),
  }),
  fc.record({ kind: kind("reboot"), reason: fc.constantFrom("REBOOT_CAUSE_APPLICATION_AT", "REBOOT_CAUSE_UNKNOWN") }),
  fc.record({ kind: kind("dropped"), bytes: fc.nat(9), why: fc.constantFrom("boot", "busy") }),
  fc.record({ kind: kind("network"), state: fc.constantFrom("attached", "detached") }),
  fc.record({
    kind: kind("port"),
    port: kind("p"),
    change: fc.constantFrom("attach", "detach", "dropped"),
    bytes: fc.nat(9),
  }),
  fc.record({ kind: kind("fault"), did: fc.constantFrom("1 byte to the host", "begins") }),
  fc.record({ kind: kind("exposed"), secret: kind("password"), in: kind("topic") }),
);

/** Anything that a line of JSON may hold. */
const anything = fc
  .tuple(
    fc.constantFrom(...wantedKinds, "packet", "toString", "__proto__"),
    fc.dictionary(
      fc.constantFrom("line", "t", "name", "value", "early", "begun", "size", "did", "port", "change", "reason"),
      fc.jsonValue(),
    ),
  )
  .map(([of, fields]) => ({ ...fields, kind: of }));

/** The events with numbers, and with the time between them, in ms. */
const inTime = (list: readonly (readonly [told: object, gap: number])[]): readonly RecordedEvent[] => {
  let t = 0;
  return list.map(([told, gap], at) => {
    t += gap;
    return { t, wall: "", ...told, seq: at + 1 } as unknown as RecordedEvent;
  });
};

const gaps = fc.oneof(fc.constant(0), fc.nat(200), fc.nat(20_000), fc.nat(400_000));
const runOf = (told: fc.Arbitrary<object>) => fc.array(fc.tuple(told, gaps), { maxLength: 120 }).map(inTime);

describe("any events", () => {
  test("are judged without an exception, and with bounded findings", () => {
    fc.assert(
      fc.property(fc.oneof(runOf(likely), runOf(anything)), (events) => {
        const findings = refereeOf(events);
        expect(new Set(findings.map(({ rule }) => rule)).size).toBe(findings.length);
        for (const { text, count, at, last } of findings) {
          expect(text.length).toBeLessThanOrEqual(400);
          expect(count).toBeGreaterThanOrEqual(1);
          expect(events.map(({ seq }) => seq)).toEqual(expect.arrayContaining([at, last]));
        }
      }),
      { numRuns: 600 },
    );
  });

  test("give the same findings again, and whether or not somebody asks in between", () => {
    fc.assert(
      fc.property(runOf(likely), fc.array(fc.nat(120), { maxLength: 9 }), (events, asked) => {
        const referee = new Referee();
        for (const [at, event] of events.entries()) {
          referee.take(event);
          if (asked.includes(at)) referee.pass(event.t + Math.max(0, ((events[at + 1]?.t ?? event.t) - event.t) / 2));
        }
        referee.pass(events.at(-1)?.t ?? 0);
        expect(referee.findings).toEqual(refereeOf(events));
        expect(refereeOf(events)).toEqual(refereeOf(events));
      }),
      { numRuns: 400 },
    );
  });
});

test("every rule has one sentence for what is wrong, and one for what to do instead", () => {
  for (const { what, advice } of rules) for (const text of [what, advice]) expect(text).toMatch(/^[A-Z][^\n]*\.$/);
});
