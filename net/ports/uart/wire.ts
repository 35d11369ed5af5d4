import type { Millis } from "../../time/clock.js";
import { Receiver } from "./receiver.js";

/** Bytes that leave one behind the other. */
interface Piece {
  readonly bytes: Uint8Array;
  /** Bits per second. */
  readonly speed: number;
  /** When the first start bit begins. */
  readonly start: Millis;
}

/** The receiver's speed from some moment on; undefined: whatever the sender's is. */
interface Tuning {
  readonly speed: number | undefined;
  readonly from: Millis;
}

/** What may wait for its turn, in bytes: 68 s at 9600 baud. */
const mostWaiting = 65_536;
/** What is remembered of the receiver's speeds: who changes them faster than bytes come is heard at the latest ones. */
const mostTunings = 16;
/** Shorter than any bit, in seconds, and longer than what rounding leaves. */
const nothing = 1e-9;
/** A byte as 8N1, in bits per second and ms. */
const spanOf = (bytes: number, speed: number): Millis => (bytes * 10_000) / speed;

/** One direction of a serial line: bytes take their time, and are garbled where the receiver has another speed. */
export class Wire {
  readonly #onMismatch: (from: number, to: number) => void;
  #pieces: Piece[] = [];
  /** So many bytes of the first piece have arrived. */
  #arrived = 0;
  #waiting = 0;
  #end: Millis = Number.NEGATIVE_INFINITY;
  #tunings: Tuning[] = [];
  /** There while the speeds differ, with what it has seen so far, up to `#seenUntil`. */
  #receiver: Receiver | undefined;
  #seenUntil: Millis = Number.NEGATIVE_INFINITY;

  /** `onMismatch` is called when bytes begin to be garbled, with the speeds of sender and receiver. */
  constructor(onMismatch: (from: number, to: number) => void) {
    this.#onMismatch = onMismatch;
  }

  /** When the last bit leaves, or has left. */
  get end(): Millis {
    return this.#end;
  }

  /** When there may be something to take. */
  get wakeAt(): Millis | undefined {
    const [piece] = this.#pieces;
    if (piece !== undefined) return arrivalOf(piece, this.#arrived);
    const rest = this.#receiver?.rest;
    return rest === undefined ? undefined : this.#seenUntil + rest * 1000;
  }

  /** The sender sends; says how many bytes found room. */
  put(bytes: Uint8Array, speed: number, now: Millis): number {
    const kept = Uint8Array.from(bytes.subarray(0, mostWaiting - this.#waiting));
    if (kept.length === 0) return 0;
    const start = Math.max(now, this.#end);
    this.#pieces.push({ bytes: kept, speed, start });
    this.#waiting += kept.length;
    this.#end = start + spanOf(kept.length, speed);
    return kept.length;
  }

  /** From then on the receiver has this speed; undefined, as before the first time: the sender's. */
  listen(speed: number | undefined, from: Millis): void {
    const before = this.#tunings.filter((tuning) => tuning.from < from);
    this.#tunings = [...before, { speed, from }].slice(-mostTunings);
  }

  /** What has arrived by now and was not taken yet. */
  take(now: Millis): Uint8Array {
    const got: number[] = [];
    for (let [piece] = this.#pieces; piece !== undefined; [piece] = this.#pieces) {
      for (; this.#arrived < piece.bytes.length && arrivalOf(piece, this.#arrived) <= now; this.#arrived += 1)
        this.#hear(piece, this.#arrived, got);
      if (this.#arrived < piece.bytes.length) break;
      this.#pieces.shift();
      this.#waiting -= piece.bytes.length;
      this.#arrived = 0;
    }
    if (this.#pieces.length === 0) this.#beIdleUntil(now, got);
    return Uint8Array.from(got);
  }

  /** What has not arrived yet never will; says how many bytes that are. */
  clear(now: Millis): number {
    const lost = this.#waiting - this.#arrived;
    this.#pieces = [];
    this.#arrived = 0;
    this.#waiting = 0;
    this.#end = Math.min(this.#end, now);
    this.#receiver = undefined;
    return lost;
  }

  #hear(piece: Piece, index: number, got: number[]): void {
    const byte = piece.bytes[index] ?? 0;
    const start = piece.start + spanOf(index, piece.speed);
    this.#beIdleUntil(start, got);
    const to = this.#tunedAt(start) ?? piece.speed;
    if (isInTune(piece.speed, to)) {
      this.#receiver = undefined;
      got.push(byte);
      return;
    }
    const receiver = this.#receiverFor(piece.speed, to);
    receiver.byte(byte);
    got.push(...receiver.take());
    this.#seenUntil = arrivalOf(piece, index);
  }

  /** A byte of which the receiver still expects bits ends as if they were ones. */
  #beIdleUntil(moment: Millis, got: number[]): void {
    const receiver = this.#receiver;
    if (receiver?.rest === undefined || moment <= this.#seenUntil) return;
    const idle = (moment - this.#seenUntil) / 1000;
    if (idle < receiver.rest - nothing) receiver.idle(idle);
    else receiver.finish();
    this.#seenUntil = moment;
    got.push(...receiver.take());
  }

  /** Where a speed changes, a byte under way is lost. */
  #receiverFor(from: number, to: number): Receiver {
    if (this.#receiver?.from === from && this.#receiver.to === to) return this.#receiver;
    this.#receiver = new Receiver(from, to);
    this.#onMismatch(from, to);
    return this.#receiver;
  }

  #tunedAt(moment: Millis): number | undefined {
    const current = this.#tunings.findLast(({ from }) => from <= moment);
    if (current !== this.#tunings[0])
      this.#tunings = this.#tunings.filter(({ from }) => from >= (current?.from ?? from));
    return current?.speed;
  }
}

const arrivalOf = ({ bytes: _, start, speed }: Piece, index: number): Millis => start + spanOf(index + 1, speed);

/** So much two speeds may differ for every byte to arrive as it was sent; the tenth bit is then half a bit off. */
const tolerance = 0.04;

/** Whether bytes sent at one speed are received at the other. */
export const isInTune = (from: number, to: number): boolean => Math.abs(from - to) <= tolerance * from;

/** What a receiver at `to` bits per second makes of bytes that came at `from` without a gap, with the line idle around them. */
export function garble(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (isInTune(from, to)) return bytes;
  const receiver = new Receiver(from, to);
  for (const byte of bytes) receiver.byte(byte);
  receiver.finish();
  return Uint8Array.from(receiver.take());
}
