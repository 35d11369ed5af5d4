import type { Octets } from "../../at/octets.js";
import type { Millis } from "../time/clock.js";
import type { Fact, PlacedFact } from "./fact.js";
import { moduleLinesOf, type Recording } from "./recording.js";
import { socketFactsIn } from "./socket-facts.js";

const operations = { PUB: "publish", SUB: "subscribe", UNS: "unsubscribe" } as const;

/** Reads what a line of the module tells. `asked` is what the host has said last. */
function factIn(text: Octets, asked: Octets): Fact | undefined {
  const [, name = "", rest = ""] = /^(\+[A-Z]+):? ?(.*)$/s.exec(text) ?? [];
  const numbers = rest.split(",").map(Number);
  const [, one = Number.NaN, two = Number.NaN] = numbers;
  switch (name) {
    case "+QMTOPEN":
      return numbers.length === 2 ? { of: "open", result: one } : undefined; // the read form has a host name, too
    case "+QMTCONN":
      if (numbers.length === 3) return { of: "connect", returnCode: one === 0 ? two : undefined };
      return one === 2 && !/\+QMTCONN\?/i.test(asked) ? { of: "connect", returnCode: undefined } : undefined;
    case "+QMTPUB":
    case "+QMTSUB":
    case "+QMTUNS": {
      if (numbers.some(Number.isNaN) || numbers.length < 3) return undefined;
      const of = operations[name.slice(4) as keyof typeof operations];
      return { of, id: one, granted: two === 0 ? numbers.slice(3) : undefined };
    }
    case "+QMTSTAT":
      return { of: "stat", code: one };
    case "+QDNS":
      return { of: "address", address: /^\d+(\.\d+){3}$/.test(rest) ? rest : undefined };
    case "+QMTTENAUTH":
      if (/^\d,/.test(rest)) return { of: "token", token: rest.slice(2) };
      return /^\d$/.test(rest) ? { of: "token", token: Number(rest) } : undefined;
    case "+CEREG":
      return /^\d(,"|$)/.test(rest) && !/\+CEREG\?/i.test(asked)
        ? { of: "coverage", coverage: /^[15]/.test(rest) }
        : undefined;
    default:
      return undefined;
  }
}

/** What a recording tells of the far end, in its order. */
export function factsOf(recording: Recording): readonly PlacedFact[] {
  const asked = (after: number): Octets => lineBefore(recording, after);
  let place = 0;
  const lines = moduleLinesOf(recording).map((line) => {
    place += line.raw.length;
    return { ...line, place };
  });
  const facts = lines.flatMap(({ text, t, after, place }): readonly PlacedFact[] => {
    const isStart = text.startsWith("REBOOT_CAUSE_") && !/\+NRB/i.test(asked(after));
    const fact: Fact | undefined = isStart ? { of: "start", cause: text } : factIn(text, asked(after));
    return fact === undefined ? [] : [{ ...fact, t, after, place }];
  });
  const all = [...facts, ...messagesIn(recording), ...socketFactsIn(recording, lines)];
  return spread(all.sort((a, b) => a.place - b.place || a.t - b.t));
}

/** The facts with times that grow: what came in one piece came in an order. */
function spread(facts: readonly PlacedFact[]): readonly PlacedFact[] {
  let last = Number.NEGATIVE_INFINITY;
  return facts.map((fact) => {
    last = Math.max(fact.t, last + leastGap);
    return { ...fact, t: last };
  });
}

/** The least time between two facts, in ms; more than a clock can tell. */
const leastGap = 0.000_1;

/** The host's line that ends at an element of a recording. */
function lineBefore({ said }: Recording, index: number): Octets {
  let line = "";
  for (let at = index; at >= 0 && !/[\r\n]./s.test(line); at -= 1) {
    const piece = said[at];
    if (piece?.by === "host") line = piece.octets + line;
  }
  return line.replace(/[\r\n]+$/, "").replace(/^.*[\r\n]/s, "");
}

/**
 * The messages that the module has handed on. A payload may hold line ends, so it ends at a CR LF that another CR LF
 * follows, or a pause. Where all payloads stand in quotes, the module has written them.
 */
function messagesIn({ said }: Recording): readonly PlacedFact[] {
  const found: (PlacedFact & { readonly of: "message" })[] = [];
  let burst = "";
  let ends: { readonly at: number; readonly t: Millis }[] = [];
  let after = -1;
  let before = 0;
  const close = (): void => {
    for (const { index, 0: all, 1: id, 2: topic = "", 3: payload = "" } of burst.matchAll(urcOfMessage)) {
      const t = ends.find(({ at }) => at >= index + all.length)?.t ?? 0;
      found.push({ of: "message", id: Number(id), topic, payload, t, after, place: before + index + all.length });
    }
    before += burst.length;
    burst = "";
    ends = [];
  };
  for (const [index, { by, octets, t }] of said.entries()) {
    if (by === "host" || t - (ends.at(-1)?.t ?? t) > pauseMs) close();
    if (by === "host") after = index;
    else {
      burst += octets;
      ends.push({ at: burst.length, t });
    }
  }
  close();
  const areQuoted = found.every(({ payload }) => /^".*"$/s.test(payload));
  return areQuoted ? found.map((fact) => ({ ...fact, payload: fact.payload.slice(1, -1) })) : found;
}

/** A silence of the module after which a line has ended, in ms. decided */
const pauseMs = 50;

const urcOfMessage = /(?<=^|\n)\+QMTRECV: ?0,(\d+),"([^"]*)",(.*?)(?:\r\n(?=\r\n|$)|$)/gs;
