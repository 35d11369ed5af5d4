import type { Octets } from "../at/octets.js";

const maxHeldBytes = 65_536;

/** A line, and how a trace shows it. */
interface Held {
  readonly line: Octets;
  readonly shown: Octets;
}

/** Unsolicited lines that wait for their moment, in the order of their events. */
export class UrcQueue {
  #lines: Held[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** So much is held that nothing more should be read from the broker. */
  get isFull(): boolean {
    return this.#size >= maxHeldBytes;
  }

  /** Takes a line in. */
  put(line: Octets, shown = line): void {
    this.#lines.push({ line, shown });
    this.#size += line.length;
  }

  /** Gives all lines out, and is empty then. */
  takeAll(): readonly Held[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#size = 0;
    return lines;
  }
}
