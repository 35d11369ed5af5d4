import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";

/** A line, and when it comes. */
interface TimedLine {
  readonly at: Millis;
  readonly line: Octets;
}

/** A line that comes by itself; one that the network sends has another that comes where the network is lost before. */
interface Entry extends TimedLine {
  readonly otherwise?: TimedLine;
}

const none: readonly Entry[] = [];

/** Lines that come by themselves, the earlier ones first; at equal moments, those that were put in first. */
export class ScheduledUrcs {
  #entries: readonly Entry[] = [];

  get wakeAt(): Millis {
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Puts a line in. */
  put(entry: Entry): void {
    this.#entries = [...this.#entries, entry].toSorted(byMoment);
  }

  /** The network is gone: what it would have sent does not come any more. */
  loseNetwork(): void {
    this.#entries = this.#entries.map((entry) => entry.otherwise ?? entry).toSorted(byMoment);
  }

  /** Takes out what is due. */
  takeDue(now: Millis): readonly Entry[] {
    if (this.wakeAt > now) return none; // asked for at every input
    const due = this.#entries.filter(({ at }) => at <= now);
    this.#entries = this.#entries.filter(({ at }) => at > now);
    return due;
  }
}

const byMoment = (one: TimedLine, other: TimedLine): number => one.at - other.at;
