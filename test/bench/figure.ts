/** What a figure must keep: a bound on itself, or on its ratio to or its distance from what stands beside it. */
export interface Target {
  readonly of: "ours" | "ratio" | "difference";
  readonly bound: "at most" | "at least" | "under";
  readonly value: number;
}

/** One row of the table: ours, beside something else that was measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number;
  /** What stands beside ours. */
  readonly than: string;
  /** Left out: the figure is only reported. */
  readonly target?: Target;
  readonly note?: string;
}

/** How long a run may take. */
export interface Effort {
  /** How often both sides are measured in turn; medians are taken. */
  readonly rounds: number;
  /** How long one throughput is measured. */
  readonly seconds: number;
  readonly quick: boolean;
}

/** Something that gives figures. */
export interface Bench {
  /** For `--only`. */
  readonly name: string;
  run(effort: Effort): Promise<readonly Figure[]>;
}

/** Ours divided by theirs. */
export const ratioOf = ({ ours, theirs }: Figure): number => ours / theirs;

/** Whether a figure keeps its target; undefined where it has none. */
export function isKept(figure: Figure): boolean | undefined {
  const { target, ours, theirs } = figure;
  if (target === undefined) return undefined;
  const value = { ours, ratio: ratioOf(figure), difference: ours - theirs }[target.of];
  if (target.bound === "under") return value < target.value;
  return target.bound === "at most" ? value <= target.value : value >= target.value;
}

/** The value below which so many percent of all lie. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length * percent) / 100)] ?? Number.NaN;
}

/** The one in the middle. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** Measures both sides in turn, so that what else the machine does falls on both. */
export async function inTurn<T>(rounds: number, measureOurs: () => Promise<T>, measureTheirs: () => Promise<T>) {
  const ours: T[] = [];
  const theirs: T[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await measureOurs());
    theirs.push(await measureTheirs());
  }
  return { ours, theirs };
}

type Measure = () => Promise<number>;

/** Measures both sides in turn, and takes medians. */
export async function sideBySide(rounds: number, measureOurs: Measure, measureTheirs: Measure) {
  const { ours, theirs } = await inTurn(rounds, measureOurs, measureTheirs);
  return { ours: median(ours), theirs: median(theirs) };
}
