/** The latest of a series: no more of them than weigh a limit together. */
export class Recent<T> {
  readonly #limit: number;
  readonly #weigh: (item: T) => number;
  #items: T[] = [];
  #weight = 0;

  constructor(limit: number, weigh: (item: T) => number) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  /** Oldest first. */
  get items(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#weight += this.#weigh(item);
    if (this.#weight > this.#limit) this.#thin();
  }

  remove(item: T): void {
    const left = this.#items.filter((one) => one !== item);
    if (left.length < this.#items.length) this.#weight -= this.#weigh(item);
    this.#items = left;
  }

  /** Down to half, so that it is not done for each. */
  #thin(): void {
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
