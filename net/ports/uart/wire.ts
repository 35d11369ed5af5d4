import type { Millis } from "../../time/clock.js";
import { Receiver } from "./receiver.js";

/** Bytes that are sent without a gap. */
interface Burst {
  readonly bytes: Uint8Array;
  /** Bits per second. */
  readonly speed: number;
  /** When the start bit of the first byte begins. */
  readonly start: Millis;
}

/** The receiver's speed from a moment on; undefined: the same as the sender's. */
interface SpeedChange {
  readonly speed: number | undefined;
  readonly from: Millis;
}

/** How many bytes may be on their way: 68 s at 9600 baud. */
const maxBytes = 65_536;
/** How many changes of the receiver's speed are kept; older ones are forgotten. */
const maxSpeedChanges = 16;
/** Idle times that differ by less count as equal, in seconds: less than any bit, more than the rounding error. */
const toleranceSeconds = 1e-9;
/** How long bytes take as 8N1, ten bits each, at a speed in bits per second. */
const spanOf = (bytes: number, speed: number): Millis => (bytes * 10_000) / speed;

/** One direction of a serial line: bytes take the time of their bits, and are garbled where the receiver has another speed. */
export class Wire {
  readonly #onMismatch: (from: number, to: number) => void;
  #bursts: Burst[] = [];
  /** How many bytes of the first burst have arrived. */
  #arrived = 0;
  /** How many bytes all bursts have. */
  #bytes = 0;
  #end: Millis = Number.NEGATIVE_INFINITY;
  #speedChanges: SpeedChange[] = [];
  /** Exists while the speeds differ. It has received the line up to `#receivedUntil`. */
  #receiver: Receiver | undefined;
  #receivedUntil: Millis = Number.NEGATIVE_INFINITY;

  /** `onMismatch` is called when bytes begin to arrive garbled, with the speeds of sender and receiver. */
  constructor(onMismatch: (from: number, to: number) => void) {
    this.#onMismatch = onMismatch;
  }

  /** When the last bit leaves or has left. */
  get end(): Millis {
    return this.#end;
  }

  /** When the next byte may have arrived; undefined: nothing is on its way. */
  get wakeAt(): Millis | undefined {
    const [burst] = this.#bursts;
    if (burst !== undefined) return arrivalOf(burst, this.#arrived);
    const remaining = this.#receiver?.remaining;
    return remaining === undefined ? undefined : this.#receivedUntil + remaining * 1000;
  }

  /** Sends bytes behind those before; returns how many of them were taken. */
  send(bytes: Uint8Array, speed: number, now: Millis): number {
    const taken = Uint8Array.from(bytes.subarray(0, maxBytes - this.#bytes));
    if (taken.length === 0) return 0;
    const start = Math.max(now, this.#end);
    this.#bursts.push({ bytes: taken, speed, start });
    this.#bytes += taken.length;
    this.#end = start + spanOf(taken.length, speed);
    return taken.length;
  }

  /** Sets the receiver's speed from a moment on; undefined, as at first: the same as the sender's. */
  setReceiverSpeed(speed: number | undefined, from: Millis): void {
    const before = this.#speedChanges.filter((change) => change.from < from);
    this.#speedChanges = [...before, { speed, from }].slice(-maxSpeedChanges);
  }

  /** The bytes that have arrived by now and were not taken yet. */
  take(now: Millis): Uint8Array {
    const received: number[] = [];
    for (let [burst] = this.#bursts; burst !== undefined; [burst] = this.#bursts) {
      for (; this.#arrived < burst.bytes.length && arrivalOf(burst, this.#arrived) <= now; this.#arrived += 1)
        this.#receive(burst, this.#arrived, received);
      if (this.#arrived < burst.bytes.length) break;
      this.#bursts.shift();
      this.#bytes -= burst.bytes.length;
      this.#arrived = 0;
    }
    if (this.#bursts.length === 0) this.#idleUntil(now, received);
    return Uint8Array.from(received);
  }

  /** Drops what has not arrived yet; returns how many bytes that are. */
  clear(now: Millis): number {
    const lost = this.#bytes - this.#arrived;
    this.#bursts = [];
    this.#arrived = 0;
    this.#bytes = 0;
    this.#end = Math.min(this.#end, now);
    this.#receiver = undefined;
    return lost;
  }

  #receive(burst: Burst, index: number, received: number[]): void {
    const byte = burst.bytes[index] ?? 0;
    const start = burst.start + spanOf(index, burst.speed);
    this.#idleUntil(start, received);
    const to = this.#receiverSpeedAt(start) ?? burst.speed;
    if (areSpeedsCompatible(burst.speed, to)) {
      this.#receiver = undefined;
      received.push(byte);
      return;
    }
    const receiver = this.#receiverFor(burst.speed, to);
    receiver.byte(byte);
    received.push(...receiver.take());
    this.#receivedUntil = arrivalOf(burst, index);
  }

  /** The line is idle until `moment`: the bits that the receiver still expects of a byte are ones. */
  #idleUntil(moment: Millis, received: number[]): void {
    const receiver = this.#receiver;
    if (receiver?.remaining === undefined || moment <= this.#receivedUntil) return;
    const idle = (moment - this.#receivedUntil) / 1000;
    if (idle < receiver.remaining - toleranceSeconds) receiver.idle(idle);
    else receiver.finish();
    this.#receivedUntil = moment;
    received.push(...receiver.take());
  }

  /** The receiver for these speeds; where one of them has changed, the byte that it was receiving is lost. */
  #receiverFor(from: number, to: number): Receiver {
    if (this.#receiver?.from === from && this.#receiver.to === to) return this.#receiver;
    this.#receiver = new Receiver(from, to);
    this.#onMismatch(from, to);
    return this.#receiver;
  }

  #receiverSpeedAt(moment: Millis): number | undefined {
    const current = this.#speedChanges.findLast(({ from }) => from <= moment);
    if (current !== this.#speedChanges[0])
      this.#speedChanges = this.#speedChanges.filter(({ from }) => from >= (current?.from ?? from));
    return current?.speed;
  }
}

const arrivalOf = ({ bytes: _, start, speed }: Burst, index: number): Millis => start + spanOf(index + 1, speed);

/** How much two speeds may differ, as a fraction, for bytes to arrive unchanged: the tenth bit is then under half a bit off. */
const speedTolerance = 0.04;

/** Whether bytes that are sent at one speed arrive unchanged at the other. */
export const areSpeedsCompatible = (from: number, to: number): boolean => Math.abs(from - to) <= speedTolerance * from;

/** What a receiver at `to` bits per second gets of bytes that were sent at `from` without a gap, on a line idle before and after. */
export function garble(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (areSpeedsCompatible(from, to)) return bytes;
  const receiver = new Receiver(from, to);
  for (const byte of bytes) receiver.byte(byte);
  receiver.finish();
  return Uint8Array.from(receiver.take());
}
