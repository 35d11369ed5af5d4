/** One step from one list to another: an element of both, of the first alone, or of the second alone, by its index. */
export type Step =
  | { readonly kind: "both"; readonly a: number; readonly b: number }
  | { readonly kind: "first"; readonly a: number }
  | { readonly kind: "second"; readonly b: number };

/** How many differences are looked for at most; of lists that differ more, the middle counts as replaced. decided */
const maxDifferences = 2000;

/** The shortest way from one list to another (E. W. Myers, An O(ND) Difference Algorithm, 1986). */
export function align(lengthA: number, lengthB: number, isSame: (a: number, b: number) => boolean): readonly Step[] {
  let start = 0;
  while (start < lengthA && start < lengthB && isSame(start, start)) start += 1;
  let tail = 0;
  while (tail < Math.min(lengthA, lengthB) - start && isSame(lengthA - 1 - tail, lengthB - 1 - tail)) tail += 1;
  const both = (a: number, b: number): Step => ({ kind: "both", a, b });
  const middle = middleOf(lengthA - start - tail, lengthB - start - tail, (a, b) => isSame(a + start, b + start));
  return [
    ...Array.from({ length: start }, (_, at) => both(at, at)),
    ...middle.map((step) => shifted(step, start)),
    ...Array.from({ length: tail }, (_, at) => both(lengthA - tail + at, lengthB - tail + at)),
  ];
}

function shifted(step: Step, by: number): Step {
  if (step.kind === "both") return { kind: "both", a: step.a + by, b: step.b + by };
  return step.kind === "first" ? { kind: "first", a: step.a + by } : { kind: "second", b: step.b + by };
}

function middleOf(lengthA: number, lengthB: number, isSame: (a: number, b: number) => boolean): readonly Step[] {
  const max = Math.min(lengthA + lengthB, maxDifferences);
  const reach = new Map<number, number>([[1, 0]]);
  const before: Map<number, number>[] = [];
  for (let d = 0; d <= max; d += 1) {
    before.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      let a = startOn(reach, k, d);
      while (a < lengthA && a - k < lengthB && isSame(a, a - k)) a += 1;
      reach.set(k, a);
      if (a >= lengthA && a - k >= lengthB) return wayBack(before, lengthA, lengthB);
    }
  }
  return [
    ...Array.from({ length: lengthA }, (_, a): Step => ({ kind: "first", a })),
    ...Array.from({ length: lengthB }, (_, b): Step => ({ kind: "second", b })),
  ];
}

/** Where diagonal `k` begins with `d` differences. */
function startOn(reach: ReadonlyMap<number, number>, k: number, d: number): number {
  const below = reach.get(k - 1) ?? -1;
  const above = reach.get(k + 1) ?? -1;
  return k === -d || (k !== d && below < above) ? above : below + 1;
}

function wayBack(before: readonly ReadonlyMap<number, number>[], lengthA: number, lengthB: number): readonly Step[] {
  const steps: Step[] = [];
  let [a, b] = [lengthA, lengthB];
  for (let d = before.length - 1; d >= 0; d -= 1) {
    const reach = before[d] ?? new Map<number, number>();
    const k = a - b;
    const start = startOn(reach, k, d);
    while (a > start && b > start - k) steps.push({ kind: "both", a: --a, b: --b });
    if (d === 0) break;
    if (start === (reach.get(k + 1) ?? -1)) steps.push({ kind: "second", b: --b });
    else steps.push({ kind: "first", a: --a });
  }
  return steps.reverse();
}
