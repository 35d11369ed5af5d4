import type { Millis } from "../../mqtt/packet.js";
import type { Clock } from "../time/clock.js";
import type { RecordedEvent, Told } from "./recorded-event.js";

/** How many events are kept, and how many bytes they have at most as JSON. decided */
const maxEvents = 20_000;
const maxBytes = 8 * 1024 * 1024;

/** An event, and its size as JSON. */
interface Entry {
  readonly event: RecordedEvent;
  readonly bytes: number;
}

/** The latest events of a run, in their order. Listeners hear each new one. */
export class EventLog {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: RecordedEvent) => void>();
  #entries: Entry[] = [];
  #bytes = 0;
  #lastSeq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The number of the last event; 0 where there was none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The number of the oldest event that is kept; one more than the last where none is. */
  get firstSeq(): number {
    return this.#entries[0]?.event.seq ?? this.#lastSeq + 1;
  }

  /** Adds an event. */
  add(told: Told): void {
    this.#lastSeq += 1;
    const t: Millis = Math.round(this.#clock.now() * 1000) / 1000;
    const event: RecordedEvent = { seq: this.#lastSeq, t, wall: new Date().toISOString(), ...told };
    const entry = { event, bytes: JSON.stringify(event).length };
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    if (this.#entries.length > maxEvents || this.#bytes > maxBytes) this.#dropOld();
    for (const listener of this.#listeners) listener(event);
  }

  /** The events behind a number that fit, oldest first, and at most so many of them. */
  read(
    after: number,
    fits: (event: RecordedEvent) => boolean,
    limit = Number.POSITIVE_INFINITY,
  ): readonly RecordedEvent[] {
    const found: RecordedEvent[] = [];
    const from = Math.max(0, after + 1 - this.firstSeq);
    for (let at = from; at < this.#entries.length && found.length < limit; at += 1) {
      const event = this.#entries[at]?.event;
      if (event !== undefined && fits(event)) found.push(event);
    }
    return found;
  }

  /** Calls `listener` for each new event. Returns a function that ends that. */
  listen(listener: (event: RecordedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Drops the older half, so that it does not happen for each event. */
  #dropOld(): void {
    this.#entries = this.#entries.slice(this.#entries.length >> 1);
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
