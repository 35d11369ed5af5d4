import { UserError } from "../user-error.js";
import type { Clock, Millis } from "./clock.js";
import { Quiescence } from "./quiescence.js";

/** A clock whose time stands still until `advance`. */
export interface ManualClock extends Clock {
  /** What time waits for. A front end or link of your own calls `quiescence.moved()` whenever bytes pass. */
  readonly quiescence: Quiescence;
  /**
   * Lets `span` ms pass. Alarms ring at their times, in order; before each of them, and at the end, it waits until nothing
   * happens any more. A second call waits for the first. Rejects with a UserError if `span` is not 0 or more, or if
   * something goes on happening for a minute of real time.
   */
  advance(span: Millis): Promise<void>;
  /** When the next alarm rings; undefined: none is set. */
  next(): Millis | undefined;
}

/** How a manual clock waits. */
export interface ManualClockOptions {
  /**
   * The settling time in ms of real time: how long connections to other processes must be silent before time goes on, and
   * how long a host gets to answer. It counts twenty times while a broker has to answer, and for hosts in other processes.
   * A host that works longer before it answers needs more. Left out: 5.
   */
  readonly settleMs?: Millis;
}

/**
 * Makes a clock that stands still until `advance`. Everything that the module waits for waits with it, also where it waits
 * for its host: a half-typed line holds URCs back until the quirk `urcHold` has passed by this clock, and an LF that is
 * sent at the same time as a CR belongs to it. Do not fake `setImmediate` and `setTimeout` in the test runner: this clock
 * needs them to see that nothing happens. Throws a UserError if `settleMs` is not 0 or more.
 */
export function manualClock({ settleMs = 5 }: ManualClockOptions = {}): ManualClock {
  refuseUnlessSpan("manualClock({ settleMs })", settleMs);
  const alarms = new Timers();
  const quiescence = new Quiescence(settleMs);
  let now: Millis = 0;
  let last: Promise<void> = Promise.resolve();
  const pass = async (span: Millis): Promise<void> => {
    const end = now + span;
    await quiescence.settled();
    for (let next = alarms.take(end); next; next = alarms.take(end)) {
      now = Math.max(now, next.at);
      next.ring();
      await quiescence.settled();
    }
    now = end;
  };
  return {
    speed: 1,
    quiescence,
    now: () => now,
    alarm: (at, ring) => (at > now ? alarms.set({ at, ring }) : soon(ring)),
    next: () => alarms.earliest()?.at,
    async advance(span) {
      refuseUnlessSpan("clock.advance", span);
      const mine = last.then(() => pass(span));
      last = mine.catch(() => {}); // the caller of `advance` gets the error
      return mine;
    },
  };
}

/** An alarm that is due already: rings in the next turn of the event loop, without `advance`. */
function soon(ring: () => void): () => void {
  const turn = setImmediate(ring);
  return () => clearImmediate(turn);
}

function refuseUnlessSpan(what: string, span: Millis): void {
  if (Number.isFinite(span) && span >= 0) return;
  throw new UserError(`${what}: ${span} is not a span of time; give milliseconds, 0 or more`, 2);
}

/** An alarm that is set. */
export interface Alarm {
  readonly at: Millis;
  readonly ring: () => void;
}

/** The alarms that are set. They are few, so they are not sorted. */
export class Timers {
  readonly #set = new Set<Alarm>();

  /** Sets an alarm; returns a function that cancels it. */
  set(alarm: Alarm): () => void {
    this.#set.add(alarm);
    return () => this.#set.delete(alarm);
  }

  /** Removes and returns the earliest alarm, of equal ones the one that was set first; undefined if it is later than `until`. */
  take(until: Millis = Number.POSITIVE_INFINITY): Alarm | undefined {
    const next = this.earliest();
    if (next === undefined || next.at > until) return undefined;
    this.#set.delete(next);
    return next;
  }

  /** The earliest alarm, of equal ones the one that was set first. */
  earliest(): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#set) if (next === undefined || alarm.at < next.at) next = alarm;
    return next;
  }
}
