import type { PtyPair } from "./pty-pair.js";

/** How many bytes wait for a host that does not read, beside those that the kernel buffers. As for a TCP host. decided */
const maxQueuedBytes = 256 * 1024;
/** How soon the kernel is asked again whether it has room, in ms of real time: at first, and while the host reads nothing. */
const firstPauseMs = 1;
const longestPauseMs = 64;

/** Output to the host. The kernel buffers some KiB of it; the rest waits here until the host has read some. */
export class PtyOutput {
  readonly #onTaken: (bytes: Uint8Array) => void;
  #queue: Uint8Array[] = [];
  #size = 0;
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | undefined;

  /** `onTaken` gets what the kernel has taken. */
  constructor(onTaken: (bytes: Uint8Array) => void) {
    this.#onTaken = onTaken;
  }

  /** How many bytes wait here. */
  get size(): number {
    return this.#size;
  }

  /** Writes to the host of a terminal. Returns how many bytes were dropped, because too many wait. */
  write(bytes: Uint8Array, pair: PtyPair): number {
    const taken = this.#size > 0 ? 0 : this.#give(bytes, pair);
    const waiting = Math.min(bytes.length - taken, maxQueuedBytes - this.#size);
    if (waiting > 0) {
      this.#queue.push(Uint8Array.from(bytes.subarray(taken, taken + waiting)));
      this.#size += waiting;
      this.#timer ??= this.#askLater(pair);
    }
    return bytes.length - taken - waiting;
  }

  /** Drops what waits, because the host has left; returns how many bytes that were. */
  clear(): number {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pauseMs = firstPauseMs;
    const dropped = this.#size;
    this.#queue = [];
    this.#size = 0;
    return dropped;
  }

  #give(bytes: Uint8Array, pair: PtyPair): number {
    const taken = pair.write(bytes);
    if (taken > 0) this.#onTaken(bytes.subarray(0, taken));
    return taken;
  }

  #askLater(pair: PtyPair): NodeJS.Timeout {
    return setTimeout(() => {
      this.#pauseMs = this.#drain(pair) ? firstPauseMs : Math.min(2 * this.#pauseMs, longestPauseMs);
      this.#timer = this.#size > 0 ? this.#askLater(pair) : undefined;
    }, this.#pauseMs).unref();
  }

  /** Writes what the kernel takes now; returns whether it has taken something. */
  #drain(pair: PtyPair): boolean {
    const before = this.#size;
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const taken = this.#give(first, pair);
      this.#size -= taken;
      if (taken < first.length) {
        this.#queue[0] = first.subarray(taken);
        break;
      }
      this.#queue.shift();
    }
    return this.#size < before;
  }
}
