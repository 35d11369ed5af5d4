import type { Octets } from "../at/octets.js";

const most = 65_536;

/** Unsolicited lines that wait for their moment, in the order of their events. */
export class Outbox {
  #lines: Octets[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** So much is held that nothing more should be read from the broker. */
  get isFull(): boolean {
    return this.#size >= most;
  }

  /** Takes a line in. */
  put(line: Octets): void {
    this.#lines.push(line);
    this.#size += line.length;
  }

  /** Gives all lines out, and is empty then. */
  takeAll(): readonly Octets[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#size = 0;
    return lines;
  }
}
