import type { Row } from "./row.js";
import { momentText } from "./time-text.js";

/** Fewer rows than these are shown and not folded. decided */
const leastRows = 3;

/** Rows that repeat those before them. */
interface Run {
  /** How many rows a round has. */
  readonly period: number;
  /** How many rounds are complete. */
  rounds: number;
  /** The rows that are not in a complete round, and those of the first rounds while they are too few to be folded. */
  kept: Row[];
  first: Row | undefined;
  last: Row | undefined;
}

/**
 * Leaves out rows that repeat: once the latest rows are alike the ones before them, what follows is counted as long as it
 * goes on alike. Rows must go through `add` in their order, and `end` gives what is still held.
 */
export class Fold {
  /** The fewest and the most rows of a round. */
  readonly #minPeriod: number;
  readonly #maxPeriod: number;
  /** The keys of the latest rows, the oldest first; at most `maxPeriod` of them. */
  #keys: string[] = [];
  /** For each period how many of the latest rows are alike the row which stands that far before them. */
  readonly #alike: number[];
  #run: Run | undefined;

  constructor(minPeriod: number, maxPeriod: number) {
    this.#minPeriod = minPeriod;
    this.#maxPeriod = maxPeriod;
    this.#alike = new Array(maxPeriod + 1).fill(0);
  }

  /** The rows to be drawn now. */
  add(row: Row): readonly Row[] {
    const ended = this.#run === undefined || this.#goesOn(this.#run, row) ? [] : this.end();
    if (this.#run === undefined) {
      const period = this.#periodWith(row.key);
      this.#keep(row.key);
      if (period !== undefined) this.#run = { period, rounds: 0, kept: [], first: undefined, last: undefined };
      return [...ended, row];
    }
    this.#keep(row.key);
    this.#count(this.#run, row);
    return ended;
  }

  /** The rows that are still held. */
  end(): readonly Row[] {
    const run = this.#run;
    this.#run = undefined;
    this.#alike.fill(0);
    if (run?.first === undefined || run.last === undefined) return run?.kept ?? [];
    return [foldOf(run, run.first, run.last, this.#keys), ...run.kept];
  }

  #goesOn({ period }: Run, { key }: Row): boolean {
    return this.#keys.at(-period) === key;
  }

  /** The smallest period in which the latest rows, up to this one, have repeated those before them. */
  #periodWith(key: string): number | undefined {
    let found: number | undefined;
    for (let period = this.#minPeriod; period <= this.#maxPeriod; period += 1) {
      const count = this.#keys.at(-period) === key ? (this.#alike[period] ?? 0) + 1 : 0;
      this.#alike[period] = count;
      if (count >= period) found ??= period;
    }
    return found;
  }

  #keep(key: string): void {
    this.#keys.push(key);
    if (this.#keys.length > 2 * this.#maxPeriod) this.#keys = this.#keys.slice(-this.#maxPeriod);
  }

  #count(run: Run, row: Row): void {
    run.kept.push(row);
    if (run.kept.length % run.period !== 0) return;
    if (run.first === undefined && run.kept.length < leastRows) return;
    run.first ??= run.kept[0];
    run.rounds += run.kept.length / run.period;
    run.last = row;
    run.kept = [];
  }
}

/** The row that stands for a run. Its key is the same whatever the count is. */
function foldOf({ period, rounds }: Run, first: Row, last: Row, keys: readonly string[]): Row {
  const which = period === 1 ? "the row above" : `the ${period} rows above`;
  const until = last.until ?? last.t;
  return {
    t: first.t,
    until,
    topics: last.topics,
    side: "across",
    shape: { kind: "fold" },
    tone: "quiet",
    text: `${which}, ${rounds} more ${rounds === 1 ? "time" : "times"}, until ${momentText(until)}`,
    key: `fold ${[...keys.slice(-period)].sort().join("\n")}`,
    lanes: last.lanes,
  };
}
