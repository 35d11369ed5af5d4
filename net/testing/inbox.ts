import { Recent } from "./recent.js";
import type { Waiting, Waits } from "./waits.js";

/** A queue of items for takers who may come before an item or after it. Each item is taken once. */
export class Inbox<T> {
  readonly #waits: Waits;
  readonly #unread: Recent<T>;
  /** Takers that wait; each returns whether it takes an item. */
  #takers: ((item: T) => boolean)[] = [];

  /** Items that nobody has taken are kept as long as they weigh at most `limit` together. */
  constructor(waits: Waits, limit: number, weigh: (item: T) => number) {
    this.#waits = waits;
    this.#unread = new Recent(limit, weigh);
  }

  /** Items that nobody has taken yet, oldest first. */
  get unread(): readonly T[] {
    return this.#unread.items;
  }

  /** Adds an item: gives it to the first taker that takes it, or keeps it. */
  put(item: T): void {
    const taker = this.#takers.find((takes) => takes(item));
    if (taker === undefined) this.#unread.add(item);
    else this.#forget(taker);
  }

  /** Forgets what nobody has taken. */
  clear(): void {
    this.#unread.clear();
  }

  /** Takes the first item for which `fit` returns something; resolves with that. Rejects as `Waits.wait` does. */
  async take<R>(fit: (item: T) => R | undefined, waiting: Waiting): Promise<R> {
    for (const item of this.unread) {
      const found = fit(item);
      if (found === undefined) continue;
      this.#unread.remove(item);
      return found;
    }
    return this.#next(fit, waiting);
  }

  async #next<R>(fit: (item: T) => R | undefined, waiting: Waiting): Promise<R> {
    let taker = (_: T): boolean => false;
    try {
      return await this.#waits.wait<R>((resolve) => {
        taker = (item) => {
          const found = fit(item);
          if (found !== undefined) resolve(found);
          return found !== undefined;
        };
        this.#takers.push(taker);
      }, waiting);
    } finally {
      this.#forget(taker);
    }
  }

  #forget(taker: (item: T) => boolean): void {
    this.#takers = this.#takers.filter((one) => one !== taker);
  }
}
