import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBytes, fromText, toBytes } from "../../../at/octets.js";
import { AtListener } from "../../../net/recordings/at-listener.js";
import { systemClock } from "../../../net/time/clock.js";
import { EventLog } from "../../../net/trace/event-log.js";
import { Recorder } from "../../../net/trace/recorder.js";

/** What a listener records of a talk: `>` is the host, `<` the module. */
function heard(talk: readonly (readonly [way: ">" | "<", octets: string])[]) {
  const events: string[] = [];
  const log = new EventLog(systemClock(), new Recorder(false));
  const listener = new AtListener((event) => {
    log.add(event);
    if (event.kind === "line" || event.kind === "answer" || event.kind === "urc")
      events.push(`${event.kind} ${event.line}`);
    else if (event.kind === "payload") events.push(`payload ${event.size} ${event.payload}`);
    else if (event.kind !== "bytes") events.push(event.kind);
  });
  for (const [way, octets] of talk) listener[way === ">" ? "host" : "module"](toBytes(octets), 0);
  const bytes = (wanted: string): string =>
    log
      .read(0, ({ kind, way }) => kind === "bytes" && way === wanted)
      .map(({ text, base64 }) =>
        base64 === undefined ? fromText(String(text)) : fromBytes(Buffer.from(String(base64), "base64")),
      )
      .join("");
  return { events, bytes: { received: bytes("received"), sent: bytes("sent") } };
}

const talk = [
  [">", "ATE1\r"],
  ["<", "\r\nOK\r\n"],
  [">", "ATI\r\n"],
  ["<", "ATI\r\r\nQuectel\r\nBC28\r\n\r\nOK\r\n"],
  ["<", '\r\n+QMTRECV: 0,0,"t",hello\r\n'],
  [">", 'AT+QMTCONN=0,"id","me","secret-1"\r'],
  ["<", 'AT+QMTCONN=0,"id","me","secret-1"\r\r\nOK\r\n\r\n+QMTCONN: 0,0,0\r\n'],
  [">", 'AT+QMTPUB=0,0,0,0,"t",5\r'],
  ["<", 'AT+QMTPUB=0,0,0,0,"t",5\r\r\n>'],
  [">", "a\rb\x1ac"],
  ["<", "\r\nOK\r\n\r\n+QMTPUB: 0,0,0\r\n"],
  [">", 'AT+QMTPUB=0,0,0,0,"t"\r'],
  ["<", "\r\n> "],
  [">", "hello\x1a"],
  ["<", "\r\n+CME ERROR: 3\r\n"],
  [">", 'AT+QMTCFG="aliauth",0\r'],
  ["<", '\r\n+QMTCFG: "aliauth","pk","dn","secret-2"\r\n\r\nOK\r\n'],
  ["<", "\r\n+QMTTENAUTH: 0,secret-3\r\n"],
  [">", "AT+NSOCR=DGRAM,17,0\r"],
  ["<", "\r\n0\r\n\r\nOK\r\n"],
  [">", "AT+CGAUTH?\r"],
  ["<", '\r\n+CGAUTH:0,2,"me","secret-4"\r\n+CGAUTH: 1,0\r\n\r\nOK\r\n'],
] as const;

const events = [
  "line ATE1",
  "answer OK",
  "line ATI",
  "answer Quectel",
  "answer BC28",
  "answer OK",
  'urc +QMTRECV: 0,0,"t",hello',
  'line AT+QMTCONN=0,"id","me","***"',
  "answer OK",
  "urc +QMTCONN: 0,0,0",
  'line AT+QMTPUB=0,0,0,0,"t",5',
  "answer >",
  "payload 5 a\rb\x1ac",
  "answer OK",
  "urc +QMTPUB: 0,0,0",
  'line AT+QMTPUB=0,0,0,0,"t"',
  "answer >",
  "payload 5 hello",
  "answer +CME ERROR: 3",
  'line AT+QMTCFG="aliauth",0',
  'answer +QMTCFG: "aliauth","pk","dn","***"',
  "answer OK",
  "urc +QMTTENAUTH: 0,***",
  "line AT+NSOCR=DGRAM,17,0",
  "answer 0",
  "answer OK",
  "line AT+CGAUTH?",
  'answer +CGAUTH:0,2,"me","***"',
  "answer +CGAUTH: 1,0",
  "answer OK",
];

test("commands, payloads, answers and URCs are told apart, and secrets are masked", () => {
  const { events: found, bytes } = heard(talk);
  expect(found).toEqual(events);
  expect(bytes.received + bytes.sent).not.toMatch(/secret-\d/);
  const lengthOf = (way: ">" | "<"): number =>
    talk.filter(([by]) => by === way).reduce((sum, [, text]) => sum + text.length, 0);
  expect([bytes.received.length, bytes.sent.length]).toEqual([lengthOf(">"), lengthOf("<")]);
});

test("what is told does not depend on how the bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      let at = 0;
      const cut = talk.flatMap(([way, octets]) => {
        const pieces: (readonly [">" | "<", string])[] = [];
        for (let from = 0; from < octets.length; ) {
          const size = sizes[at++ % sizes.length] ?? 1;
          pieces.push([way, octets.slice(from, from + size)]);
          from += size;
        }
        return pieces;
      });
      expect(heard(cut).events).toEqual(events);
    }),
  );
});

test("no input breaks it", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(">" as const, "<" as const), fc.uint8Array())), (pieces) => {
      const { bytes } = heard(pieces.map(([way, piece]) => [way, fromBytes(piece)] as const));
      expect(bytes.received.length + bytes.sent.length).toBe(pieces.reduce((sum, [, piece]) => sum + piece.length, 0));
    }),
  );
});
