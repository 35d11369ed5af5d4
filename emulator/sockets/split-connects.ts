import type { Octets } from "../../at/octets.js";
import { type ConnectReader, connectsIn, firstOf } from "./connect-reader.js";

/** A part of a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The digits of a password in the data of AT+NSOSD. */
export interface FoundPassword extends Span {
  readonly socket: number;
  /** The data, and where in them the password begins or goes on. */
  readonly bytes: Uint8Array;
  readonly start: number;
}

/** The CONNECTs that have begun on a socket and are not complete. */
interface Begun {
  /** Before the last data, and after them: a host may send those again that were refused, or a part of them. */
  readonly before: readonly ConnectReader[];
  readonly after: readonly ConnectReader[];
  readonly last: Buffer;
}

const none: readonly ConnectReader[] = [];

/**
 * How many ways to read what was typed are followed on a socket at most; data that repeat others may be sent again, or be the
 * next ones. The first way is that all repeated data were sent again, the last one that none were. decided
 */
const maxReaders = 128;

/** A command that sends over a socket, and its data. */
const sending = /nsosd[^\d;\r\n]*(\d+)"? *,[^,;]*,[ "]*([0-9a-f]+)/gi;

/**
 * Follows what a host types for its sockets, line by line, and finds the passwords in it, also where a CONNECT goes on from
 * line to line. It goes by what is typed, whatever the module answers, because a line is shown before its answer.
 */
export class SplitConnects {
  readonly #begun = new Map<number, Begun>();

  /** Takes a whole line; returns the passwords in it. */
  take(line: Octets): readonly FoundPassword[] {
    return this.#follow(line, this.#begun);
  }

  /** The passwords in the beginning of a line. Takes no note of it. */
  look(line: Octets): readonly FoundPassword[] {
    return this.#follow(line, new Map(this.#begun));
  }

  #follow(line: Octets, begun: Map<number, Begun>): readonly FoundPassword[] {
    const typed = corrected(line);
    const found: FoundPassword[] = [];
    for (const { index, 0: all, 1: id, 2: digits = "" } of typed.matchAll(sending)) {
      const socket = Number(id);
      const bytes = Buffer.from(digits.slice(0, digits.length & ~1), "hex");
      const start = send(begun, socket, bytes);
      const end = index + all.length;
      if (start !== undefined)
        found.push({
          socket,
          bytes,
          start,
          from: end - digits.length + 2 * start,
          to: line === typed ? end : line.length,
        });
    }
    return found;
  }
}

/** A line as it is after its corrections; other control characters are left out (V.250 5.2.2). */
export function corrected(line: Octets): Octets {
  if (!/[\0-\x1f\x7f]/.test(line)) return line;
  let kept = "";
  for (const octet of line) {
    if (octet === "\b" || octet === "\x7f") kept = kept.slice(0, -1);
    else if (octet >= " ") kept += octet;
  }
  return kept;
}

/** A socket sends data. Returns where in them a password begins or goes on; undefined: nowhere. */
function send(sockets: Map<number, Begun>, socket: number, data: Buffer): number | undefined {
  const { before = none, after = none, last } = sockets.get(socket) ?? {};
  const isAgain = last !== undefined && (startsWith(last, data) || startsWith(data, last));
  const from = isAgain ? distinct([...before, ...after]) : after;
  const begun = from.map((reader) => reader.clone());
  const continued = begun.map((reader) => reader.take(data));
  const beginning = connectsIn(data);
  const readers = [...begun, ...beginning.map(({ reader }) => reader)];
  const open = distinct(readers.filter(({ isOver }) => !isOver));
  if (open.length === 0 && from.length === 0) sockets.delete(socket);
  else sockets.set(socket, { before: from, after: open, last: data });
  return firstOf([...continued, ...beginning.map(({ start }) => start)]);
}

const startsWith = (data: Buffer, start: Buffer): boolean => data.subarray(0, start.length).equals(start);

function distinct(readers: readonly ConnectReader[]): readonly ConnectReader[] {
  if (readers.length < 2) return readers;
  const all = [...new Map(readers.map((reader) => [reader.place, reader])).values()];
  return all.length <= maxReaders ? all : [...all.slice(0, maxReaders - 1), ...all.slice(-1)];
}
