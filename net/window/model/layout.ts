import type { RecordedEvent } from "../../trace/recorded-event.js";

/** The height of a row, in pixels. */
export const rowHeight = 24;
/** The widest gap between two rows that is drawn as long as it was, and the height of one that is folded. */
const maxGap = 144;
const foldedGap = 30;
/** The shortest time that is told where time is not drawn, in ms. */
const toldGapMs = 1000;
/** The most pixels that the rows take: browsers draw no taller element. */
const maxHeight = 16_000_000;

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** How much time the height of a row stands for, in ms, from the closest look to the widest; 0: time is not drawn. */
export const scales = [0.01, 0.1, 1, 10, 100, second, 10 * second, minute, 10 * minute, hour, day, 0] as const;

/** The time in front of a row. */
export interface Gap {
  readonly ms: number;
  readonly height: number;
  readonly isFolded: boolean;
}

const noGap: Gap = { ms: 0, height: 0, isFolded: false };

/** The time between two rows, as it is drawn where a row stands for `scale` ms. */
export function gapOf(ms: number, scale: number): Gap {
  if (scale === 0)
    return ms >= toldGapMs ? { ms, height: foldedGap, isFolded: true } : { ms, height: 0, isFolded: false };
  const height = (ms / scale) * rowHeight;
  if (height > maxGap) return { ms, height: foldedGap, isFolded: true };
  return { ms, height: Math.max(0, Math.round(height)), isFolded: false };
}

/** The rows of the events that are shown: which, and where each begins. */
export class Layout {
  readonly scale: number;
  readonly #shown: (event: RecordedEvent) => boolean;
  /** The index of the event of each row, and its top. */
  #rows: number[] = [];
  #tops: number[] = [];
  #seen = 0;
  #lastT = Number.NaN;
  #height = 0;

  constructor(scale: number, shown: (event: RecordedEvent) => boolean) {
    this.scale = scale;
    this.#shown = shown;
  }

  /** Takes in the events that have come since; `events` holds those before, too. */
  extend(events: readonly RecordedEvent[]): void {
    for (; this.#seen < events.length && this.#height < maxHeight; this.#seen += 1) {
      const event = events[this.#seen];
      if (event === undefined || !this.#shown(event)) continue;
      this.#height += Number.isNaN(this.#lastT) ? 0 : gapOf(event.t - this.#lastT, this.scale).height;
      this.#rows.push(this.#seen);
      this.#tops.push(this.#height);
      this.#height += rowHeight;
      this.#lastT = event.t;
    }
  }

  get count(): number {
    return this.#rows.length;
  }

  get height(): number {
    return this.#height;
  }

  /** The index of the event of a row. */
  eventAt(row: number): number {
    return this.#rows[row] ?? -1;
  }

  topOf(row: number): number {
    return this.#tops[row] ?? 0;
  }

  /** The time in front of a row. */
  gapBefore(row: number, events: readonly RecordedEvent[]): Gap {
    const [one, other] = [events[this.eventAt(row - 1)], events[this.eventAt(row)]];
    return one === undefined || other === undefined ? noGap : gapOf(other.t - one.t, this.scale);
  }

  /** The row of an event, or the next one behind it that is shown. */
  rowOf(index: number): number {
    return lowerBound(this.#rows, index);
  }

  /** The first row and the row behind the last one of those between two heights. */
  between(top: number, bottom: number): readonly [first: number, end: number] {
    return [Math.max(0, lowerBound(this.#tops, top - rowHeight)), lowerBound(this.#tops, bottom)];
  }
}

/** The index of the first number that is not below a value. */
function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
