import { type CoverageItem, isGap } from "./coverage.js";

/** A sentence that a shell takes as one word. None has an apostrophe. */
const quoted = (sentence: string): string => `--fault '${sentence}'`;

/** A count with its noun: `2 gaps`, `1 gap`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The items that count: without those that the host cannot meet. */
const within = (items: readonly CoverageItem[]): readonly CoverageItem[] =>
  items.filter(({ needs, met }) => needs === undefined || met > 0);

/** How much of what it could meet a host has met: commands are not counted, as nobody needs all of them. */
export function shareOf(items: readonly CoverageItem[]): { readonly met: number; readonly of: number } {
  const counted = within(items).filter(({ group }) => group !== "commands");
  return { met: counted.filter(({ met }) => met > 0).length, of: counted.length };
}

/** The gaps, with how to close each. */
export const gapsOf = (items: readonly CoverageItem[]): readonly CoverageItem[] => items.filter(isGap);

function groupLines(items: readonly CoverageItem[], name: string): readonly string[] {
  const own = items.filter(({ group }) => group === name);
  const counted = within(own);
  const met = counted.filter((item) => item.met > 0).length;
  const isUse = name === "commands";
  if (counted.length === 0 || (isUse && met === 0)) return [];
  const shown = isUse ? counted.filter((item) => item.met > 0) : counted;
  const width = Math.max(...shown.map(({ item }) => item.length));
  const most = Math.max(5, ...shown.map((item) => String(item.met).length));
  return [
    "",
    isUse ? `${name}: ${met} used` : `${name}: ${met} of ${counted.length}`,
    ...shown.map((item) => {
      const number = item.met === 0 ? "-" : String(item.met);
      const hint = !isGap(item) ? "" : item.recipe === undefined ? "no fault is needed" : quoted(item.recipe);
      return `  ${number.padStart(most)}  ${item.item.padEnd(width)}  ${hint}`.trimEnd();
    }),
  ];
}

/** What a host has met, for people: a line for each item, and for a gap what closes it. */
export function coverageText(items: readonly CoverageItem[], runs: number): string {
  const { met, of } = shareOf(items);
  const unused = new Set(items.flatMap(({ needs }) => needs ?? []));
  return [
    `In ${plural(runs, "run")} the host has met ${met} of ${of}: ${plural(of - met, "gap")}.`,
    ...[...new Set(items.map(({ group }) => group))].flatMap((name) => groupLines(items, name)),
    "",
    `Not counted is what belongs to ${plural(unused.size, "form")} of commands that the host does not use; --json has everything.`,
  ].join("\n");
}
