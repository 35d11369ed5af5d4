import type { Clock, Millis } from "../../net/clock.js";

interface Alarm {
  readonly at: Millis;
  readonly ring: () => void;
}

/** A clock that stands still until it is stepped, from alarm to alarm. */
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

  sleep(span: Millis): Promise<void> {
    return new Promise((resolve) => this.alarm(this.#now + span, resolve));
  }

  /** Goes on to the earliest alarm and rings it; of equal ones the one that was set first. */
  step(): void {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) if (next === undefined || alarm.at < next.at) next = alarm;
    if (next === undefined) throw new Error("nobody has set an alarm: the day would never end");
    this.#alarms.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.ring();
  }
}
