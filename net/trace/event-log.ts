import type { Millis } from "../../mqtt/packet.js";
import type { Clock } from "../time/clock.js";
import type { RecordedEvent, Told } from "./recorded-event.js";

/** How many events are kept, and how many bytes they hold at most. decided */
const maxEvents = 20_000;
const maxBytes = 8 * 1024 * 1024;
/** About how many bytes an event takes beside what it carries. */
const bytesOfEvent = 300;

/** An event that is kept. It becomes a record when somebody looks. */
interface Entry {
  readonly seq: number;
  readonly t: Millis;
  readonly wall: Millis;
  readonly cause: number | undefined;
  readonly told: () => Told;
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
    return this.#entries[0]?.seq ?? this.#lastSeq + 1;
  }

  /** Adds an event; `carries` is the size of its texts and payload, in bytes. */
  add(told: () => Told, carries = 0, cause?: number): void {
    this.#lastSeq += 1;
    const bytes = bytesOfEvent + carries;
    const entry = { seq: this.#lastSeq, t: this.#clock.now(), wall: Date.now(), cause, told, bytes };
    this.#entries.push(entry);
    this.#bytes += bytes;
    if (this.#entries.length > maxEvents || this.#bytes > maxBytes) this.#dropOld();
    if (this.#listeners.size === 0) return;
    const event = recordOf(entry);
    for (const listener of this.#listeners) listener(event);
  }

  /** The events behind a number that fit, oldest first, and at most so many of them. */
  read(
    after: number,
    fits: (event: RecordedEvent) => boolean = () => true,
    limit = Number.POSITIVE_INFINITY,
  ): readonly RecordedEvent[] {
    const found: RecordedEvent[] = [];
    for (let at = Math.max(0, after + 1 - this.firstSeq); at < this.#entries.length && found.length < limit; at += 1) {
      const entry = this.#entries[at];
      const event = entry && recordOf(entry);
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

function recordOf({ seq, t, wall, cause, told }: Entry): RecordedEvent {
  const time = { seq, t: Math.round(t * 1000) / 1000, wall: calendarTime(wall) };
  return cause === undefined ? { ...time, ...told() } : { ...time, cause, ...told() };
}

/** The last moment of which the calendar time was asked: many events have the same. */
let last = { wall: Number.NaN, text: "" };

/** ISO 8601 */
function calendarTime(wall: Millis): string {
  if (wall !== last.wall) last = { wall, text: new Date(wall).toISOString() };
  return last.text;
}
