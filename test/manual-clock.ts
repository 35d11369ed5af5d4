import type { Clock, Millis } from "../net/time/clock.js";
import { type Alarm, Timers } from "../net/time/manual-clock.js";

/** A clock that a test moves by itself, from alarm to alarm. It waits for nothing in between. */
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

  /** Resolves after a span of its time. */
  sleep(span: Millis): Promise<void> {
    return new Promise((resolve) => this.alarm(this.#now + span, resolve));
  }

  /** Moves on to the earliest alarm and rings it. */
  step(): void {
    const next = this.#alarms.take();
    if (next === undefined) throw new Error("no alarm is set: nothing can happen any more");
    this.#ring(next);
  }

  /** Lets a span of time pass; every alarm rings at its time. */
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
