import type { Octets } from "../at/octets.js";

/** The URCs that may wait before the module stops reading from the broker, in bytes. decided */
const maxHeldBytes = 65_536;

/** A line, and its form in the trace. */
interface Held {
  readonly line: Octets;
  readonly shown: Octets;
}

/** The URCs that wait until the module may send them, in the order of their events. */
export class UrcQueue {
  #lines: Held[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** Whether so many bytes wait that the module must not read from the broker. */
  get isFull(): boolean {
    return this.#size >= maxHeldBytes;
  }

  /** Adds a line. */
  put(line: Octets, shown = line): void {
    this.#lines.push({ line, shown });
    this.#size += line.length;
  }

  /** Removes and returns all lines. */
  takeAll(): readonly Held[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#size = 0;
    return lines;
  }
}
