import type { Clock, Millis } from "../net/clock.js";

interface Alarm {
  readonly at: Millis;
  readonly ring: () => void;
}

/** A clock that stands still until a test moves it: no answer of a slow machine can come too late. */
export class ManualClock implements Clock {
  readonly speed = 1;
  readonly #alarms = new Set<Alarm>();
  #now: Millis = 0;

  now(): Millis {
    return this.#now;
  }

  alarm(at: Millis, ring: () => void): () => void {
    const alarm = { at, ring };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  sleep(span: Millis): Promise<void> {
    return new Promise((resolve) => this.alarm(this.#now + span, resolve));
  }

  /** Goes on to the earliest alarm and rings it. */
  step(): void {
    const next = this.#next();
    if (next === undefined) throw new Error("nobody has set an alarm: it would never end");
    this.#ring(next);
  }

  /** Lets so much time pass; every alarm rings at its moment. */
  pass(span: Millis): void {
    const end = this.#now + span;
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) this.#ring(next);
    this.#now = end;
  }

  /** The earliest alarm; of equal ones the one that was set first. */
  #next(): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) if (next === undefined || alarm.at < next.at) next = alarm;
    return next;
  }

  #ring(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    this.#now = Math.max(this.#now, alarm.at);
    alarm.ring();
  }
}
