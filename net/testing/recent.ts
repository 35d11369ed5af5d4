/** A list of the latest items, which weigh at most `limit` together. The newest one is always kept. */
export class Recent<T> {
  readonly #limit: number;
  readonly #weigh: (item: T) => number;
  #items: T[] = [];
  #weight = 0;

  /** `weigh` returns the weight of an item, for instance its bytes. */
  constructor(limit: number, weigh: (item: T) => number) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  /** The items, oldest first. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** Adds an item; removes old ones when all weigh more than the limit. */
  add(item: T): void {
    this.#items.push(item);
    this.#weight += this.#weigh(item);
    if (this.#weight > this.#limit) this.#removeOld();
  }

  /** Removes an item, if it is there. */
  remove(item: T): void {
    const left = this.#items.filter((one) => one !== item);
    if (left.length < this.#items.length) this.#weight -= this.#weigh(item);
    this.#items = left;
  }

  /** Removes all items. */
  clear(): void {
    this.#items = [];
    this.#weight = 0;
  }

  /** Removes old items down to half the limit, so that it does not happen for each item. */
  #removeOld(): void {
    const latest: T[] = [];
    let weight = 0;
    for (const item of this.#items.reverse()) {
      weight += this.#weigh(item);
      if (weight > this.#limit / 2 && latest.length > 0) break;
      latest.push(item);
      this.#weight = weight;
    }
    this.#items = latest.reverse();
  }
}
