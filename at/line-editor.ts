import type { EntryEnd } from "./command.js";
import { fromBytes, type Octets } from "./octets.js";

/** Input that a byte has completed. */
export type Edited =
  | { readonly kind: "line"; readonly line: Octets; readonly terminator: Octets }
  /** A line of more than `maxLineBytes`, read to its end. */
  | { readonly kind: "overlong"; readonly terminator: Octets }
  /** `lost` counts the bytes over the limit; `end` tells what has ended it. */
  | {
      readonly kind: "payload";
      readonly payload: Octets;
      readonly lost: number;
      readonly end: "ctrlZ" | "length" | "full";
    }
  | { readonly kind: "cancelled" };

/** The settings for reading lines. */
export interface Reading {
  /** Whether LF, too, ends a line, unless it follows a CR. */
  readonly lineFeedEnds: boolean;
  /** How long after a CR an LF still belongs to it, in ms. */
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

/** The longest command line, in bytes. decided */
const maxLineBytes = 4096;

/** Splits the host's bytes into command lines and payloads. The result does not depend on how the stream is cut. */
export class LineEditor {
  #line: Octets = "";
  #overlong = false;
  #last: Octets = "";
  /** Up to this moment an LF is the second half of a CR LF. */
  #lfUntil = Number.NEGATIVE_INFINITY;
  #entry: EntryEnd | undefined;
  #payload = Buffer.alloc(0);
  #filled = 0;
  #lost = 0;

  /** Whether a payload entry is open. */
  get inEntry(): boolean {
    return this.#entry !== undefined;
  }

  /** Whether a command line has begun and not ended. */
  get halfTyped(): boolean {
    return this.#line !== "" || this.#overlong;
  }

  /** Starts a payload entry: the bytes that follow are payload. */
  startEntry(until: EntryEnd): void {
    this.#entry = until;
    this.#payload = Buffer.allocUnsafe(until.by === "length" ? until.length : until.limit);
    this.#filled = 0;
    this.#lost = 0;
    this.#clear();
  }

  /** Ends a payload entry without a payload. */
  endEntry(): void {
    this.#entry = undefined;
  }

  /** Whether ATE1 echoes this byte. Not echoed are LF in a line (V.250), and the Ctrl+Z or ESC that ends a payload. */
  echoes(byte: number, at: number): boolean {
    if (this.#entry?.by === "length") return !this.#completesCrLf(byte, at);
    if (byte === CTRL_Z || byte === ESC) return false;
    if (byte === LF) return this.inEntry && !this.#completesCrLf(byte, at);
    return true;
  }

  /** Takes one byte that arrived at `at`; returns what it completes. */
  type(byte: number, at: number, reading: Reading): Edited | undefined {
    const dropped = this.#completesCrLf(byte, at);
    this.#lfUntil = Number.NEGATIVE_INFINITY;
    if (dropped) return undefined;
    return this.#entry === undefined ? this.#typeLine(byte, at, reading) : this.#typePayload(byte, this.#entry);
  }

  /**
   * Takes the bytes from `from` on that neither end nor edit the line or payload. The result is the same as with `type`
   * for each byte. All of these bytes are echoed. Returns the index behind them.
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

  /** The index of the next byte that edits or ends a line, or may be the second byte of `A/`. */
  #lineUntil(bytes: Uint8Array, from: number, backspace: number): number {
    const max = Math.min(bytes.length, from + maxLineBytes - this.#line.length);
    for (let to = from; to < max; to += 1) {
      const byte = bytes[to] ?? 0;
      const isSecond = this.#line.length + to - from === 1;
      if (byte < space || byte === DEL || byte === backspace || (byte === slash && isSecond)) return to;
    }
    return max;
  }

  /** The index of the next byte that ends a payload, or fills it. */
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
    if (this.#line.length === maxLineBytes) this.#overlong = true;
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
      return this.#filled === entry.length ? this.#complete("length") : undefined;
    }
    if (byte === CTRL_Z) return this.#complete("ctrlZ");
    if (byte === ESC) {
      this.endEntry();
      return { kind: "cancelled" };
    }
    if (this.#filled === entry.limit) {
      this.#lost += 1; // whenFull = swallow: bytes are dropped until Ctrl+Z
      return undefined;
    }
    this.#payload[this.#filled++] = byte;
    return this.#filled === entry.limit && entry.whenFull === "send" ? this.#complete("full") : undefined;
  }

  #complete(end: "ctrlZ" | "length" | "full"): Edited {
    const payload = fromBytes(this.#payload.subarray(0, this.#filled));
    this.endEntry();
    return { kind: "payload", payload, lost: this.#lost, end };
  }
}
