import { type Layout, rowHeight } from "../model/layout.js";
import { run } from "./run-store.js";

interface SlantsProps {
  readonly layout: Layout;
  readonly top: number;
  readonly bottom: number;
}

/** The packets that came late: from the moment at which a fault held them, on the broker's lane, to their arrival. */
export function Slants({ layout, top, bottom }: SlantsProps) {
  const lines = run.slants.flatMap(({ from, to }) => {
    const ends = [from, to].map((seq) => run.indexOf(seq));
    const [one = -1, other = -1] = ends;
    if (one < 0 || other < 0) return [];
    const [start, end] = [one, other].map((index) => layout.topOf(layout.rowOf(index)) + rowHeight / 2);
    if (start === undefined || end === undefined || end < top || start > bottom) return [];
    return [{ key: `${from}-${to}`, start, end }];
  });
  if (lines.length === 0) return null;
  return (
    <div class="slants" aria-hidden="true">
      {lines.map(({ key, start, end }) => (
        <svg
          key={key}
          style={{ top: `${start}px`, height: `${Math.max(1, end - start)}px` }}
          preserveAspectRatio="none"
          viewBox="0 0 100 100"
        >
          <title>late</title>
          <line x1="100" y1="0" x2="0" y2="100" vector-effect="non-scaling-stroke" />
        </svg>
      ))}
    </div>
  );
}
