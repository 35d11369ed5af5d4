import fc from "fast-check";
import { expect, test } from "vitest";
import type { Effect } from "../../emulator/io.js";
import { Log } from "../../net/log.js";
import { Bench } from "./bench.js";

/** Only secrets hold the letter Z, so a Z in the log is a leak. */
const secret = fc.constantFrom("Z", "ZZZ", 'Z"Z', "Z,Z", "Z;Z");
const command = secret.chain((hidden) =>
  fc.constantFrom(
    `AT+QMTENAUTH="p","d","p@d","${hidden}"`,
    `AT+QMTTENAUTH="d","p@d","p","${hidden}",7,"http://h"`,
    "AT+QMTENAUTH?",
    `AT+QMTCFG="aliauth",0,"pk","dn","${hidden}"`,
    'AT+QMTCFG="aliauth",0',
    `AT+QMTCONN=0,"me","user","${hidden}"`,
    'AT+QMTCONN=0,"me"',
    'AT+QMTOPEN=0,"broker.example",1883',
    `AT+CGAUTH=0,1,"me","${hidden}"`,
    "AT+CGAUTH?",
    `AT+CPIN="${hidden}","1234"`,
    `AT+CLCK="SC",1,"${hidden}"`,
    `AT+CPWD="SC","${hidden}","${hidden}"`,
    `AT+NPIN=1,"${hidden}","${hidden}"`,
    "AT+NRB",
    "ATE1",
    "A/",
    "\x1a",
    "\x1b",
  ),
);
/** Commands with noise or a lost line end, which may give two commands in one line. */
const said = fc
  .tuple(
    command,
    fc.nat(60),
    fc.constantFrom("", "\xff", '"', "=", "?"),
    fc.boolean(),
    fc.constantFrom("\r", "\r\n", ""),
  )
  .map(([line, at, put, drop, end]) =>
    at >= line.length ? `${line}${end}` : `${line.slice(0, at)}${put}${line.slice(drop ? at + 1 : at)}${end}`,
  );
const body = Buffer.from('{"returnCode":0,"data":{"id":"user","secret":"ZZZ","expire":1}}');
const posted = { kind: "posted", status: 200, body } as const;
const resolved = { kind: "resolved", address: undefined } as const;

/** One input. No link comes up: noise could turn a password into a user name, which the trace of a CONNECT shows. */
type Step = (bench: Bench) => readonly Effect[];
const typed =
  (text: string): Step =>
  (bench) =>
    bench.types(text);
const others: readonly Step[] = [
  (bench) => bench.answer(0, { post: posted, resolve: resolved }),
  (bench) => bench.wait(1000),
  (bench) => bench.wait(200_000),
];
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: said.map(typed), weight: 3 },
  { arbitrary: command.map((line) => typed(`${line}\r`)), weight: 3 },
  fc.constantFrom(...others),
);

test("the log holds no secret, for any input of the host and the network", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
      const bench = new Bench({ cfgWhileOpen: "accept" });
      const lines: string[] = [];
      const log = new Log("trace", (line) => lines.push(line));
      for (const effect of steps.flatMap((each) => each(bench))) if (effect.to === "trace") log.event(effect.event);
      expect(lines.filter((line) => line.includes("Z"))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
