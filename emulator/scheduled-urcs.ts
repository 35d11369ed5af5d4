import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";

/** A line, and the moment when it is sent. */
interface TimedLine {
  readonly at: Millis;
  readonly line: Octets;
}

/** A scheduled URC. If the network is lost before, `otherwise` replaces it; left out: it stays. */
interface Entry extends TimedLine {
  readonly otherwise?: TimedLine;
}

const none: readonly Entry[] = [];

/** The scheduled URCs, ordered by their moment. At equal moments the order is that of `put`. */
export class ScheduledUrcs {
  #entries: readonly Entry[] = [];

  get wakeAt(): Millis {
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Schedules a line. */
  put(entry: Entry): void {
    this.#entries = [...this.#entries, entry].toSorted(byMoment);
  }

  /** Handles the loss of the network: answers of the network are replaced by their `otherwise` lines. */
  loseNetwork(): void {
    this.#entries = this.#entries.map((entry) => entry.otherwise ?? entry).toSorted(byMoment);
  }

  /** Removes and returns the lines that are due. */
  takeDue(now: Millis): readonly Entry[] {
    if (this.wakeAt > now) return none; // the usual case, and this runs for each input
    const due = this.#entries.filter(({ at }) => at <= now);
    this.#entries = this.#entries.filter(({ at }) => at > now);
    return due;
  }
}

const byMoment = (one: TimedLine, other: TimedLine): number => one.at - other.at;
