import type { Millis } from "../../mqtt/packet.js";
import type { Clock } from "../time/clock.js";
import { type RecordedEvent, type RunEvent, sizeOf } from "./recorded-event.js";
import type { Recorder, Stamped } from "./recorder.js";

/** How many events are kept, and how many bytes they hold at most. decided */
const maxEvents = 20_000;
const maxBytes = 8 * 1024 * 1024;
/** About how many bytes an event takes beside what it carries. */
const bytesOfEvent = 300;

/** An event that has not been recorded yet. */
interface Arrival {
  readonly happened: RunEvent;
  readonly t: Millis;
  readonly wall: Millis;
}

/** Takes the events of some kinds. */
interface Reader {
  readonly wants: ReadonlySet<string>;
  readonly take: (event: RecordedEvent) => void;
}

/**
 * The latest events of a run, in their order. An event is recorded after the turn of the event loop in which it happened, so
 * that the output of the module is not delayed; or earlier, when the events are read.
 */
export class EventLog {
  readonly #clock: Pick<Clock, "now">;
  readonly #recorder: Recorder;
  readonly #listeners = new Set<(event: RecordedEvent) => void>();
  readonly #readers: Reader[] = [];
  /** What has happened since the last recording. */
  #waiting: Arrival[] = [];
  /** The event that is being recorded, and what a reader adds to it: that comes directly behind it, at the same time. */
  #taken: Arrival | undefined;
  #added: Arrival[] = [];
  #isScheduled = false;
  /** The events that are kept. Their records are made again each time: to keep them costs more. */
  #entries: Stamped[] = [];
  #bytes = 0;
  #lastSeq = 0;

  constructor(clock: Pick<Clock, "now">, recorder: Recorder) {
    this.#clock = clock;
    this.#recorder = recorder;
  }

  /** The number of the last event; 0 where there was none. */
  get lastSeq(): number {
    this.record();
    return this.#lastSeq;
  }

  /** The number of the oldest event that is kept; one more than the last where none is. */
  get firstSeq(): number {
    this.record();
    return this.#firstSeq;
  }

  /** Whether somebody hears each new event. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds an event. */
  add(happened: RunEvent): void {
    if (this.#taken !== undefined) {
      this.#added.push({ ...this.#taken, happened });
      return;
    }
    this.#waiting.push({ happened, t: this.#clock.now(), wall: Date.now() });
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.record();
    });
  }

  /** Records what has happened: it gets its number, its cause and its masks, and readers and listeners get it. */
  record(): void {
    if (this.#taken !== undefined) return; // a listener looks
    const arrivals = this.#waiting;
    this.#waiting = [];
    try {
      for (const arrival of arrivals) {
        this.#taken = arrival;
        this.#take(arrival);
        for (let more = this.#added.shift(); more !== undefined; more = this.#added.shift()) this.#take(more);
      }
    } finally {
      this.#taken = undefined;
    }
  }

  /** The first `limit` events after number `after` that fit, oldest first. */
  read(
    after: number,
    fits: (event: RecordedEvent) => boolean = () => true,
    limit = Number.POSITIVE_INFINITY,
  ): readonly RecordedEvent[] {
    this.record();
    const found: RecordedEvent[] = [];
    for (let at = Math.max(0, after + 1 - this.#firstSeq); at < this.#entries.length && found.length < limit; at += 1) {
      const entry = this.#entries[at];
      const event = entry && this.#recorder.record(entry);
      if (event !== undefined && fits(event)) found.push(event);
    }
    return found;
  }

  /** Calls `listener` for each new event. Returns a function that ends that. */
  listen(listener: (event: RecordedEvent) => void): () => void {
    this.record();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls `take` for each event of the kinds that `wants` has, in their order, from the oldest that is kept on, when it is
   * recorded. `take` may add events.
   */
  readEach(wants: ReadonlySet<string>, take: (event: RecordedEvent) => void): void {
    for (const event of this.read(0)) if (wants.has(event.kind)) take(event);
    this.#readers.push({ wants, take });
  }

  get #firstSeq(): number {
    return this.#entries[0]?.seq ?? this.#lastSeq + 1;
  }

  #take({ happened, t, wall }: Arrival): void {
    this.#lastSeq += 1;
    const entry: Stamped = { seq: this.#lastSeq, t, wall, happened, cause: undefined };
    this.#recorder.settle(entry);
    this.#entries.push(entry);
    this.#bytes += bytesOfEvent + sizeOf(happened);
    if (this.#entries.length > maxEvents || this.#bytes > maxBytes) this.#dropOld();
    let event: RecordedEvent | undefined;
    for (const listener of this.#listeners) {
      event ??= this.#recorder.record(entry);
      listener(event);
    }
    for (const { wants, take } of this.#readers) {
      if (!wants.has(happened.kind)) continue;
      event ??= this.#recorder.record(entry);
      take(event);
    }
  }

  /** Drops the older half, so that it does not happen for each event. */
  #dropOld(): void {
    this.#entries = this.#entries.slice(this.#entries.length >> 1);
    this.#bytes = this.#entries.reduce((sum, { happened }) => sum + bytesOfEvent + sizeOf(happened), 0);
  }
}
