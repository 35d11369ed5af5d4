import type { Clock, Millis } from "../net/time/clock.js";
import { type Alarm, Timers } from "../net/time/manual-clock.js";

/** A clock that a test moves from alarm to alarm by itself, and which waits for nothing in between. */
export class ManualClock implements Clock {
  readonly speed = 1;
  readonly #alarms = new Timers();
  #now: Millis = 0;

  now(): Millis {
    return this.#now;
  }

  alarm(at: Millis, ring: () => void): () => void {
    return this.#alarms.set({ at, ring });
  }

  sleep(span: Millis): Promise<void> {
    return new Promise((resolve) => this.alarm(this.#now + span, resolve));
  }

  /** Goes on to the earliest alarm and rings it. */
  step(): void {
    const next = this.#alarms.take();
    if (next === undefined) throw new Error("nobody has set an alarm: it would never end");
    this.#ring(next);
  }

  /** Lets so much time pass; every alarm rings at its moment. */
  pass(span: Millis): void {
    const end = this.#now + span;
    for (let next = this.#alarms.take(end); next; next = this.#alarms.take(end)) this.#ring(next);
    this.#now = end;
  }

  #ring({ at, ring }: Alarm): void {
    this.#now = Math.max(this.#now, at);
    ring();
  }
}
