import { UserError } from "../user-error.js";
import type { Clock, Millis } from "./clock.js";
import { Quiescence } from "./quiescence.js";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Where time waits until all is still; whoever brings bytes in some other way says so here. */
  readonly movement: Quiescence;
  /**
   * Lets so many ms pass: every alarm rings at its moment, in order, and before each, and at the end, everything that
   * moves comes to rest. Afterwards exactly that much time has passed. One call waits for the other.
   */
  advance(span: Millis): Promise<void>;
}

/** How a manual clock waits. */
export interface ManualClockOptions {
  /**
   * How long connections to other processes must be silent before time goes on, and hosts that have heard something, in
   * ms of real time; twenty times as long while a broker owes an answer, and for hosts that are not in this process. So a
   * host that does more between hearing and answering wants more. Left out: 5.
   */
  readonly settleMs?: Millis;
}

/**
 * Time in the user's hand: all that the module waits for, its host included, waits for `advance`. So a line left half
 * typed holds unsolicited lines back until the quirk urcHold has passed, and an LF sent at the moment of a CR belongs to
 * it. Timers faked by a test runner stop the event loop that this listens to.
 */
export function manualClock({ settleMs = 5 }: ManualClockOptions = {}): ManualClock {
  refuseUnlessSpan("manualClock({ settleMs })", settleMs);
  const alarms = new Timers();
  const movement = new Quiescence(settleMs);
  let now: Millis = 0;
  let last: Promise<void> = Promise.resolve();
  const pass = async (span: Millis): Promise<void> => {
    const end = now + span;
    await movement.settled();
    for (let next = alarms.take(end); next; next = alarms.take(end)) {
      now = Math.max(now, next.at);
      next.ring();
      await movement.settled();
    }
    now = end;
  };
  return {
    speed: 1,
    movement,
    now: () => now,
    alarm: (at, ring) => (at > now ? alarms.set({ at, ring }) : soon(ring)),
    async advance(span) {
      refuseUnlessSpan("clock.advance", span);
      const mine = last.then(() => pass(span));
      last = mine.catch(() => {}); // told to whoever asked for it
      return mine;
    },
  };
}

/** What is due already does not wait for time to pass. */
function soon(ring: () => void): () => void {
  const turn = setImmediate(ring);
  return () => clearImmediate(turn);
}

function refuseUnlessSpan(what: string, span: Millis): void {
  if (Number.isFinite(span) && span >= 0) return;
  throw new UserError(`${what}: ${span} is no span of time; give milliseconds, 0 or more`, 2);
}

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
