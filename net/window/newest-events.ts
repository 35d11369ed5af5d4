import type { RecordedEvent } from "../trace/recorded-event.js";

/** How many events a report holds at most; the oldest are left out. decided */
export const maxEvents = 200_000;

/** The newest events of a trace that may be larger than the memory. */
export class NewestEvents {
  #kept: RecordedEvent[] = [];
  #count = 0;

  /** How many events were added in all. */
  get count(): number {
    return this.#count;
  }

  /** The newest ones, oldest first. */
  get list(): readonly RecordedEvent[] {
    return this.#kept.slice(-maxEvents);
  }

  /** How many older ones there were. */
  get leftOut(): number {
    return this.#count - Math.min(this.#kept.length, maxEvents);
  }

  add(event: RecordedEvent): void {
    this.#count += 1;
    this.#kept.push(event);
    if (this.#kept.length >= 2 * maxEvents) this.#kept = this.#kept.slice(-maxEvents); // not for each event
  }
}
