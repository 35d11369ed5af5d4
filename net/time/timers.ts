import type { Millis } from "../../mqtt/packet.js";

/** Something that is to happen at a moment. */
export interface Alarm {
  readonly at: Millis;
  readonly ring: () => void;
}

/** The alarms that are set: a handful, so that nothing is sorted. */
export class Timers {
  readonly #set = new Set<Alarm>();

  /** Sets one; returns how to call it off. */
  set(alarm: Alarm): () => void {
    this.#set.add(alarm);
    return () => this.#set.delete(alarm);
  }

  /** Takes out the earliest; of equal ones the one that was set first. None where it is later than `until`. */
  take(until: Millis = Number.POSITIVE_INFINITY): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#set) if (alarm.at <= until && (next === undefined || alarm.at < next.at)) next = alarm;
    if (next) this.#set.delete(next);
    return next;
  }
}
