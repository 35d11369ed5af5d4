import { Recent } from "./recent.js";
import type { Waiting, Waits } from "./waits.js";

/** What has come, in its order, for takers who come before it or after it. Each is taken once. */
export class Inbox<T> {
  readonly #waits: Waits;
  readonly #unread: Recent<T>;
  /** Those who wait; each says whether it takes what has come. */
  #takers: ((item: T) => boolean)[] = [];

  /** What nobody takes is kept up to a limit. */
  constructor(waits: Waits, limit: number, weigh: (item: T) => number) {
    this.#waits = waits;
    this.#unread = new Recent(limit, weigh);
  }

  /** What nobody has taken yet. */
  get unread(): readonly T[] {
    return this.#unread.items;
  }

  put(item: T): void {
    const taker = this.#takers.find((takes) => takes(item));
    if (taker === undefined) this.#unread.add(item);
    else this.#forget(taker);
  }

  /** The first that fits; `fit` makes of it what is handed out, or undefined. */
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
      return await this.#waits.wait<R>((came) => {
        taker = (item) => {
          const found = fit(item);
          if (found !== undefined) came(found);
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
