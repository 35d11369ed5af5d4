import type { Millis } from "../../mqtt/packet.js";

/** Something to be done at a moment. */
interface Entry {
  readonly at: Millis;
  readonly act: () => void;
}

/** What is to be done later; at equal moments, in the order in which it was put in. */
export class Agenda {
  #entries: Entry[] = [];

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The moment of the first entry. */
  get wakeAt(): Millis {
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Puts something in; returns a function that takes it out again. */
  put(at: Millis, act: () => void): () => void {
    const entry: Entry = { at, act };
    this.#entries.splice(this.#placeFor(at), 0, entry);
    return () => {
      const place = this.#entries.indexOf(entry);
      if (place >= 0) this.#entries.splice(place, 1);
    };
  }

  /** Takes out the first entry, where it is due. */
  takeDue(now: Millis): (() => void) | undefined {
    return this.wakeAt <= now ? this.#entries.shift()?.act : undefined;
  }

  /** The place behind everything that is not later. */
  #placeFor(at: Millis): number {
    let [from, to] = [0, this.#entries.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#entries[middle]?.at ?? 0) > at) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
