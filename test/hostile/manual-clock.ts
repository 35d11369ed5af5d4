import type { Clock, Millis } from "../../net/clock.js";

interface Alarm {
  readonly at: Millis;
  readonly ring: () => void;
}

/** Time that stands still until a test lets it pass: no answer of a slow machine can come too late. */
export class ManualClock implements Clock {
  readonly speed = 1;
  #now: Millis = 0;
  readonly #alarms = new Set<Alarm>();

  now(): Millis {
    return this.#now;
  }

  alarm(at: Millis, ring: () => void): () => void {
    const alarm = { at, ring };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Lets so much time pass; every alarm rings at its moment. */
  pass(span: Millis): void {
    const end = this.#now + span;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.ring();
    }
    this.#now = end;
  }

  #next(end: Millis): Alarm | undefined {
    const due = [...this.#alarms].filter(({ at }) => at <= end);
    return due.sort((one, other) => one.at - other.at)[0];
  }
}
