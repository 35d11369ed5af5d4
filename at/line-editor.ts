import type { EntryEnd } from "./command.js";
import { fromBytes, type Octets } from "./octets.js";

/** What a byte completed. */
export type Edited =
  | { readonly kind: "line"; readonly line: Octets; readonly terminator: Octets }
  /** More than the buffer takes, read to its end. */
  | { readonly kind: "overlong"; readonly terminator: Octets }
  | { readonly kind: "payload"; readonly payload: Octets }
  | { readonly kind: "cancelled" };

/** How lines are read. */
export interface Reading {
  /** LF ends a line too, unless it follows a CR. */
  readonly lineFeedEnds: boolean;
  /** So long after a CR its LF is still expected. */
  readonly lfGrace: number;
  /** S5, the editing character. */
  readonly backspace: number;
}

const CR = 0x0d;
const LF = 0x0a;
const BS = 0x08;
const DEL = 0x7f;
const CTRL_Z = 0x1a;
const ESC = 0x1b;
const space = 0x20;
const slash = 0x2f;

const longestLine = 4096;

/** Cuts what the host types into command lines and payloads, byte by byte, so that no cut of the stream matters. */
export class LineEditor {
  #line: Octets = "";
  #overlong = false;
  #last: Octets = "";
  /** Until when an LF is the second half of a CR LF. */
  #lfUntil = Number.NEGATIVE_INFINITY;
  #entry: EntryEnd | undefined;
  #payload = Buffer.alloc(0);
  #filled = 0;

  /** Whether bytes go to a payload. */
  get inEntry(): boolean {
    return this.#entry !== undefined;
  }

  /** Whether a command line has begun and not ended. */
  get halfTyped(): boolean {
    return this.#line !== "" || this.#overlong;
  }

  /** From here on bytes are payload. */
  startEntry(until: EntryEnd): void {
    this.#entry = until;
    this.#payload = Buffer.allocUnsafe(until.by === "length" ? until.length : until.limit);
    this.#filled = 0;
    this.#clear();
  }

  /** Leaves a payload entry without a payload. */
  endEntry(): void {
    this.#entry = undefined;
  }

  /** Whether ATE1 sends this byte back: all but LF in a line (V.250), all but Ctrl+Z and ESC that end a payload. */
  echoes(byte: number, at: number): boolean {
    if (this.#entry?.by === "length") return !this.#completesCrLf(byte, at);
    if (byte === CTRL_Z || byte === ESC) return false;
    if (byte === LF) return this.inEntry && !this.#completesCrLf(byte, at);
    return true;
  }

  /** Takes one byte that arrived at `at`. */
  type(byte: number, at: number, reading: Reading): Edited | undefined {
    const dropped = this.#completesCrLf(byte, at);
    this.#lfUntil = Number.NEGATIVE_INFINITY;
    if (dropped) return undefined;
    return this.#entry === undefined ? this.#typeLine(byte, at, reading) : this.#typePayload(byte, this.#entry);
  }

  /**
   * Takes the bytes from `from` on that belong to a line or a payload and neither end nor edit it, as `type` would one by
   * one; all of them are echoed. Returns the place behind them.
   */
  append(bytes: Uint8Array, from: number, { backspace }: Reading): number {
    if (bytes[from] === LF && this.#lfUntil !== Number.NEGATIVE_INFINITY) return from;
    const to =
      this.#entry === undefined
        ? this.#lineUntil(bytes, from, backspace)
        : this.#payloadUntil(bytes, from, this.#entry);
    if (to === from) return from;
    this.#lfUntil = Number.NEGATIVE_INFINITY;
    if (this.#entry === undefined) this.#line += fromBytes(bytes, from, to);
    else {
      this.#payload.set(bytes.subarray(from, to), this.#filled);
      this.#filled += to - from;
    }
    return to;
  }

  /** Up to a byte that edits or ends a line, or may be the second one of `A/`. */
  #lineUntil(bytes: Uint8Array, from: number, backspace: number): number {
    const max = Math.min(bytes.length, from + longestLine - this.#line.length);
    for (let to = from; to < max; to += 1) {
      const byte = bytes[to] ?? 0;
      const isSecond = this.#line.length + to - from === 1;
      if (byte < space || byte === DEL || byte === backspace || (byte === slash && isSecond)) return to;
    }
    return max;
  }

  /** Up to a byte that ends a payload, or fills it. */
  #payloadUntil(bytes: Uint8Array, from: number, entry: EntryEnd): number {
    const limit = entry.by === "length" ? entry.length : entry.limit;
    const max = Math.min(bytes.length, from + limit - this.#filled - 1);
    if (entry.by === "length") return Math.max(from, max);
    for (let to = from; to < max; to += 1) if (bytes[to] === CTRL_Z || bytes[to] === ESC) return to;
    return Math.max(from, max);
  }

  #completesCrLf(byte: number, at: number): boolean {
    return byte === LF && at <= this.#lfUntil;
  }

  #typeLine(byte: number, at: number, reading: Reading): Edited | undefined {
    if (byte === CR) {
      this.#lfUntil = at + reading.lfGrace;
      return this.#endLine("\r");
    }
    if (byte === LF && reading.lineFeedEnds) return this.#endLine("\n");
    if (byte === BS || byte === DEL || byte === reading.backspace) {
      this.#line = this.#line.slice(0, -1);
      return undefined;
    }
    if (byte < space) return undefined; // V.250 5.2.2
    return this.#append(String.fromCharCode(byte));
  }

  #append(octet: Octets): Edited | undefined {
    if (octet === "/" && /^a$/i.test(this.#line)) {
      this.#clear();
      return { kind: "line", line: this.#last === "" ? "AT" : this.#last, terminator: "" }; // V.250 5.2.4
    }
    if (this.#line.length === longestLine) this.#overlong = true;
    else this.#line += octet;
    return undefined;
  }

  #endLine(terminator: Octets): Edited | undefined {
    const [line, overlong] = [this.#line, this.#overlong];
    this.#clear();
    if (overlong) return { kind: "overlong", terminator };
    if (line.trim() === "") return undefined;
    this.#last = line;
    return { kind: "line", line, terminator };
  }

  #clear(): void {
    this.#line = "";
    this.#overlong = false;
  }

  #typePayload(byte: number, entry: EntryEnd): Edited | undefined {
    if (entry.by === "length") {
      this.#payload[this.#filled++] = byte;
      return this.#filled === entry.length ? this.#complete() : undefined;
    }
    if (byte === CTRL_Z) return this.#complete();
    if (byte === ESC) {
      this.endEntry();
      return { kind: "cancelled" };
    }
    if (this.#filled === entry.limit) return undefined; // whenFull = swallow: until Ctrl+Z
    this.#payload[this.#filled++] = byte;
    return this.#filled === entry.limit && entry.whenFull === "send" ? this.#complete() : undefined;
  }

  #complete(): Edited {
    const payload = fromBytes(this.#payload.subarray(0, this.#filled));
    this.endEntry();
    return { kind: "payload", payload };
  }
}
