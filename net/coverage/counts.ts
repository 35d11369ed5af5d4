/** How often items were met: by group, then by item. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many different items of one group are counted at most: a host may invent commands without end. decided */
const maxItems = 500;

/** How often an item was met. */
export function countOf(counts: Counts, group: string, item: string): number {
  const items = Object.hasOwn(counts, group) ? counts[group] : undefined;
  return items !== undefined && Object.hasOwn(items, item) ? (items[item] ?? 0) : 0;
}

/** Counts how often items are met. */
export class Tally {
  readonly #groups = new Map<string, Map<string, number>>();

  get counts(): Counts {
    return Object.fromEntries([...this.#groups].map(([group, items]) => [group, Object.fromEntries(items)]));
  }

  /** Counts an item so many times. */
  add(group: string, item: string, times = 1): void {
    const items = this.#groups.get(group) ?? new Map<string, number>();
    this.#groups.set(group, items);
    const met = items.get(item);
    if (met !== undefined || items.size < maxItems) items.set(item, Math.min((met ?? 0) + times, maxCount));
  }
}

/** The highest count. */
export const maxCount = Number.MAX_SAFE_INTEGER;

/** The sum of some counts. */
export function merged(...all: readonly Counts[]): Counts {
  const sum = new Tally();
  for (const counts of all)
    for (const [group, items] of Object.entries(counts))
      for (const [item, times] of Object.entries(items)) sum.add(group, item, times);
  return sum.counts;
}
