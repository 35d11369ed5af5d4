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

/** Takes events in their order, but not before somebody looks. */
interface Reader {
  readonly wants: ReadonlySet<string>;
  readonly take: (event: RecordedEvent) => void;
  /** The number of the next event that it reads. */
  next: number;
  isReading: boolean;
}

/** The latest events of a run, in their order. Listeners hear each new one. */
export class EventLog {
  readonly #clock: Pick<Clock, "now">;
  readonly #recorder: Recorder;
  readonly #listeners = new Set<(event: RecordedEvent) => void>();
  readonly #readers: Reader[] = [];
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

  /** Whether somebody hears each new event. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
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
    this.#readAll();
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

  /**
   * Calls `take` for each event of the kinds that `wants` has, in their order, from the oldest that is kept on: when the
   * returned function or `read` is called, while there are listeners, and before old events are dropped. So it costs nothing
   * while nobody looks. `take` may add events.
   */
  readLater(wants: ReadonlySet<string>, take: (event: RecordedEvent) => void): () => void {
    this.#readers.push({ wants, take, next: this.firstSeq, isReading: false });
    return () => this.#readAll();
  }

  #tellListeners(entry: Entry): void {
    this.#settle();
    const event = this.#recorder.record(entry);
    for (const listener of this.#listeners) listener(event);
    for (const reader of this.#readers) this.#catchUp(reader, event);
  }

  /** Gives all readers what they have not read. */
  #readAll(): void {
    this.#settle();
    for (const reader of this.#readers) this.#catchUp(reader);
  }

  /** Gives a reader what it has not read; `latest` is the record of the last event, where it was made already. */
  #catchUp(reader: Reader, latest?: RecordedEvent): void {
    if (reader.isReading) return; // it adds an event itself, and reads it in its turn
    reader.isReading = true;
    while (reader.next <= this.#lastSeq) {
      const entry = this.#entries[reader.next - this.firstSeq];
      reader.next += 1;
      if (entry === undefined || !reader.wants.has(entry.happened.kind)) continue;
      reader.take(entry.seq === latest?.seq ? latest : this.#recorder.record(entry));
    }
    reader.isReading = false;
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

  /** Drops the older half, so that it does not happen for each event; later, where a reader is among them. */
  #dropOld(): void {
    if (this.#readers.some(({ isReading }) => isReading)) return;
    this.#readAll(); // what comes later depends on the events before it
    this.#entries = this.#entries.slice(this.#entries.length >> 1);
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
