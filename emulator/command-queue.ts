import type { FinalResult } from "../at/format.js";
import { type Edited, LineEditor } from "../at/line-editor.js";
import { fromBytes, type Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { Dte } from "./dte.js";
import type { Effects } from "./effects.js";
import { InputTrace } from "./input-trace.js";
import { type Profile, sendsUrcsBeforeInformation } from "./profile/profile.js";
import type { Quirks } from "./profile/quirks.js";
import type { Ending, LineResult } from "./run-line.js";

/** A payload entry that a command has opened. */
export type Entry = Extract<Ending, { readonly kind: "entry" }>;

/** Complete input that the module answers now. */
export type CompleteInput =
  | { readonly kind: "line"; readonly line: Octets }
  | { readonly kind: "payload"; readonly entry: Entry; readonly payload: Octets }
  | { readonly kind: "final"; readonly result: FinalResult }
  /** The delayed answer to earlier input. */
  | { readonly kind: "answer"; readonly answer: LineResult };

/** Bytes that arrived together, and how many of them have been read. */
interface ReceivedBytes {
  /** How many bytes of the host came before these. */
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly at: Millis;
  used: number;
}

/** The input that may wait while the module is busy, in bytes. decided */
const maxQueuedBytes = 4096;
const never: Millis = Number.POSITIVE_INFINITY;

/** The host's input. The module handles one command at a time; further input waits in order. */
export class CommandQueue {
  readonly #quirks: Quirks;
  /** Whether URCs may come between a command and its answer. */
  readonly #sendsUrcsBefore: boolean;
  readonly #effects: Effects;
  readonly #answerTime: (line: Octets | undefined) => Millis;
  readonly #editor = new LineEditor();
  #inputTrace: InputTrace;
  #chunks: ReceivedBytes[] = [];
  /** Complete input whose answer is delayed. */
  #pending: { readonly turn: CompleteInput; readonly until: Millis } | undefined;
  #entry: Entry | undefined;
  /** The moment of the host's last byte, or of the prompt. */
  #lastByteAt: Millis = Number.NEGATIVE_INFINITY;

  /** `answerTime` returns the delay of the answer to a line, in ms. Without a line: to a payload. */
  constructor(profile: Profile, effects: Effects, answerTime: (line: Octets | undefined) => Millis) {
    this.#quirks = profile.quirks;
    this.#sendsUrcsBefore = sendsUrcsBeforeInformation(profile);
    this.#effects = effects;
    this.#answerTime = answerTime;
    this.#inputTrace = new InputTrace(effects);
  }

  /** Takes bytes of the host. While the module is busy, at most `maxQueuedBytes` wait. */
  take(bytes: Uint8Array, now: Millis): void {
    this.#lastByteAt = now;
    this.#chunks.push({ first: this.#inputTrace.received, bytes: Buffer.from(bytes), at: now, used: 0 });
    this.#inputTrace.received += bytes.length;
    if (this.#waits) this.#limit();
  }

  /** Takes over the unread bytes of another queue. */
  takeOver(other: CommandQueue): void {
    this.#chunks = other.#chunks;
    this.#inputTrace = other.#inputTrace;
    this.#lastByteAt = other.#lastByteAt;
  }

  /** Returns the next complete input to be answered now; undefined: none. */
  next(now: Millis, dte: Dte): CompleteInput | undefined {
    const due = this.#pending;
    if (due !== undefined && due.until <= now) {
      this.#pending = undefined;
      return due.turn;
    }
    const turn = this.#waits ? undefined : this.#read(now, dte);
    return turn ?? this.#expire(now);
  }

  /** Delays a turn. The module is busy until then. */
  hold(turn: CompleteInput, until: Millis): void {
    this.#pending = { turn, until };
  }

  /** Starts a payload entry. */
  startEntry(entry: Entry, now: Millis): void {
    this.#entry = entry;
    this.#editor.startEntry(entry.until);
    this.#inputTrace.startPayload(this.#unread - (this.#startsWithLineFeed ? 1 : 0));
    this.#lastByteAt = now;
  }

  /** A final result goes out now. */
  answered(): void {
    this.#inputTrace.answered();
  }

  /** Whether the module may send a URC. */
  mayInterrupt(now: Millis): boolean {
    if (this.#answersFirst || this.#entry !== undefined) return false;
    return !this.#editor.halfTyped || now - this.#lastByteAt >= this.#quirks.urcHold;
  }

  /** Whether a pending answer goes before URCs. It does where its command has run, because they may be the command's. */
  get #answersFirst(): boolean {
    const turn = this.#pending?.turn;
    return turn !== undefined && (turn.kind === "answer" || !this.#sendsUrcsBefore);
  }

  /** The next deadline; `heldBack` tells whether URCs wait. */
  wakeAt(heldBack: boolean): Millis {
    if (this.#entry !== undefined) return this.#entryEnds;
    const isHeld = heldBack && this.#editor.halfTyped && !this.#answersFirst;
    return Math.min(this.#pending?.until ?? never, isHeld ? this.#lastByteAt + this.#quirks.urcHold : never);
  }

  /** Whether an answer is pending. */
  get isBusy(): boolean {
    return this.#pending !== undefined;
  }

  get #waits(): boolean {
    return this.#pending !== undefined && this.#quirks.whileBusy === "queue";
  }

  /** Drops waiting input beyond `maxQueuedBytes`, the latest bytes first. */
  #limit(): void {
    const lost = this.#unread - maxQueuedBytes;
    if (lost <= 0) return;
    this.#effects.trace({ kind: "dropped", bytes: lost, why: "busy" });
    for (let left = lost, last = this.#chunks.pop(); last !== undefined; last = this.#chunks.pop()) {
      const { bytes, used } = last;
      left -= bytes.length - used;
      if (left > 0) continue;
      if (left < 0) this.#chunks.push({ ...last, bytes: bytes.subarray(0, used - left) });
      return;
    }
  }

  /** How many bytes have not been read. */
  get #unread(): number {
    return this.#chunks.reduce((sum, { bytes, used }) => sum + bytes.length - used, 0);
  }

  /** Whether the next unread byte is LF, the second half of a CR LF. */
  get #startsWithLineFeed(): boolean {
    const next = this.#chunks.find(({ bytes, used }) => used < bytes.length);
    return next?.bytes[next.used] === 0x0a;
  }

  get #entryEnds(): Millis {
    return this.#quirks.entryTimeout === 0 ? never : this.#lastByteAt + this.#quirks.entryTimeout;
  }

  /** Reads bytes up to the end of a line or of a payload. */
  #read(now: Millis, dte: Dte): CompleteInput | undefined {
    const { lineEnd, lfGrace } = this.#quirks;
    const reading = { lineFeedEnds: lineEnd === "cr-or-lf", lfGrace, backspace: dte.s5 };
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      while (chunk.used < chunk.bytes.length) {
        const from = chunk.used;
        chunk.used = this.#editor.append(chunk.bytes, from, reading);
        if (chunk.used > from) this.#inputTrace.typed(this.#editor.halfTyped, chunk.first + from, chunk.at);
        if (dte.echo && chunk.used > from) this.#effects.output(fromBytes(chunk.bytes, from, chunk.used));
        if (chunk.used === chunk.bytes.length) break;
        const byte = chunk.bytes[chunk.used++] ?? 0;
        if (dte.echo && this.#editor.echoes(byte, chunk.at)) this.#effects.output(String.fromCharCode(byte));
        const edited = this.#editor.type(byte, chunk.at, reading);
        const turn = edited && this.#delayed(this.#turnOf(edited, now), now);
        this.#inputTrace.typed(this.#editor.halfTyped, chunk.first + chunk.used - 1, chunk.at);
        if (turn !== undefined || (edited !== undefined && this.#waits)) return turn;
      }
      this.#chunks.shift();
    }
    return undefined;
  }

  #turnOf(edited: Edited, now: Millis): CompleteInput {
    switch (edited.kind) {
      case "line":
        this.#inputTrace.line(edited.line, edited.terminator, now, this.isBusy);
        return { kind: "line", line: edited.line };
      case "overlong":
        this.#inputTrace.line("", edited.terminator, now, this.isBusy);
        return { kind: "final", result: "uartBufferError" };
      case "cancelled":
        this.#effects.trace({ kind: "cancelled" });
        this.#entry = undefined;
        return { kind: "final", result: "OK" };
      case "payload":
        this.#inputTrace.payload(edited);
        return this.#submission(edited.payload);
    }
  }

  #submission(payload: Octets): CompleteInput {
    const entry = this.#entry;
    this.#entry = undefined;
    return entry === undefined ? { kind: "final", result: "atInternalError" } : { kind: "payload", entry, payload };
  }

  /** Delays an answer by its answer time. With whileBusy = refuse, input during another answer is refused. */
  #delayed(turn: CompleteInput, now: Millis): CompleteInput | undefined {
    if (this.#pending !== undefined) return { kind: "final", result: "abortedInProcessing" }; // whileBusy = refuse
    const takes = this.#answerTime(turn.kind === "line" ? turn.line : undefined);
    if (takes === 0) return turn;
    this.#pending = { turn, until: now + takes };
    if (this.#waits) this.#limit();
    return undefined;
  }

  /** Aborts a payload entry that has timed out, with error 52. decided */
  #expire(now: Millis): CompleteInput | undefined {
    if (this.#entry === undefined || now < this.#entryEnds) return undefined;
    this.#entry = undefined;
    this.#editor.endEntry();
    return { kind: "final", result: "commandAborted" };
  }
}
