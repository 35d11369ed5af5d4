import type { PortChange, PortEvents } from "../serial.js";

/**
 * Tells what a front end has to tell, in order, and never from inside one of its methods: each word waits until the
 * running call has ended. What is lost meanwhile is told as one sum.
 */
export class PortEventQueue {
  readonly #events: PortEvents;
  #waiting: (() => void)[] = [];
  #lost = 0;
  #silent = false;

  constructor(events: PortEvents) {
    this.#events = events;
  }

  bytes(bytes: Uint8Array): void {
    this.#later(() => this.#events.onBytes(bytes));
  }

  change(change: PortChange): void {
    this.#later(() => this.#events.onChange(change));
  }

  dropped(bytes: number): void {
    if (bytes === 0) return;
    if (this.#lost === 0) {
      this.#later(() => {
        const lost = this.#lost;
        this.#lost = 0;
        this.#events.onChange({ kind: "dropped", bytes: lost });
      });
    }
    this.#lost += bytes;
  }

  /** From here on nothing is told, not even what already waits. */
  silence(): void {
    this.#silent = true;
    this.#waiting = [];
  }

  #later(tell: () => void): void {
    if (this.#silent) return;
    this.#waiting.push(tell);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#tellAll());
  }

  #tellAll(): void {
    for (const tell of this.#waiting) if (!this.#silent) tell();
    this.#waiting = [];
  }
}
