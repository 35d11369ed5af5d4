import type { Clock } from "../time/clock.js";
import { type Happened, type RecordedEvent, sizeOf } from "./recorded-event.js";
import type { Recorder, Stamped } from "./recorder.js";

/** How many events are kept, and how many bytes they hold at most. decided */
const maxEvents = 20_000;
const maxBytes = 8 * 1024 * 1024;
/** About how many bytes an event takes beside what it carries. */
const bytesOfEvent = 300;

/** An event that is kept. Its record is made when somebody looks; a record that is kept costs more than to make it again. */
interface Entry extends Stamped {
  readonly bytes: number;
}

/** The latest events of a run, in their order. Listeners hear each new one. */
export class EventLog {
  readonly #clock: Pick<Clock, "now">;
  readonly #recorder: Recorder;
  readonly #listeners = new Set<(event: RecordedEvent) => void>();
  #entries: Entry[] = [];
  #bytes = 0;
  #lastSeq = 0;
  /** The number of the last event whose cause is known and whose secrets are masked. */
  #settled = 0;

  constructor(clock: Pick<Clock, "now">, recorder: Recorder) {
    this.#clock = clock;
    this.#recorder = recorder;
  }

  /** The number of the last event; 0 where there was none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The number of the oldest event that is kept; one more than the last where none is. */
  get firstSeq(): number {
    return this.#entries[0]?.seq ?? this.#lastSeq + 1;
  }

  /** Adds an event. */
  add(happened: Happened): void {
    this.#lastSeq += 1;
    const bytes = bytesOfEvent + sizeOf(happened);
    const entry = { seq: this.#lastSeq, t: this.#clock.now(), wall: Date.now(), happened, cause: undefined, bytes };
    this.#entries.push(entry);
    this.#bytes += bytes;
    if (this.#entries.length > maxEvents || this.#bytes > maxBytes) this.#dropOld();
    if (this.#listeners.size > 0) this.#tellListeners(entry);
  }

  /** The events behind a number that fit, oldest first, and at most so many of them. */
  read(
    after: number,
    fits: (event: RecordedEvent) => boolean = () => true,
    limit = Number.POSITIVE_INFINITY,
  ): readonly RecordedEvent[] {
    this.#settle();
    const found: RecordedEvent[] = [];
    for (let at = Math.max(0, after + 1 - this.firstSeq); at < this.#entries.length && found.length < limit; at += 1) {
      const entry = this.#entries[at];
      const event = entry && this.#recorder.record(entry);
      if (event !== undefined && fits(event)) found.push(event);
    }
    return found;
  }

  /** Calls `listener` for each new event. Returns a function that ends that. */
  listen(listener: (event: RecordedEvent) => void): () => void {
    this.#settle();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tellListeners(entry: Entry): void {
    this.#settle();
    const event = this.#recorder.record(entry);
    for (const listener of this.#listeners) listener(event);
  }

  /** Finds the causes of the events that came since the last time, and masks their secrets. */
  #settle(): void {
    const first = this.firstSeq;
    for (let seq = Math.max(this.#settled + 1, first); seq <= this.#lastSeq; seq += 1) {
      const entry = this.#entries[seq - first];
      if (entry !== undefined) this.#recorder.settle(entry);
    }
    this.#settled = this.#lastSeq;
  }

  /** Drops the older half, so that it does not happen for each event. */
  #dropOld(): void {
    this.#settle(); // what comes later depends on the events before it
    this.#entries = this.#entries.slice(this.#entries.length >> 1);
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
