import { cmeErrors } from "../../at/errors.js";
import { type CoveragePoint, type LineRow, type LineTable, patternOf } from "./coverage-point.js";
import { moduleLines } from "./module-lines.js";
import { mqttLines } from "./mqtt-lines.js";

function pointOf({ group, of }: LineTable, row: LineRow): CoveragePoint {
  const [item, hears, fault, ...does]: readonly string[] = row;
  const place = { group, item, of };
  return hears === undefined || fault === undefined ? place : { ...place, recipe: { hears, fault, does } };
}

/** The lines that a host can hear. Of two that fit, the first counts. */
export const lines: readonly CoveragePoint[] = [...mqttLines, ...moduleLines].flatMap((table) =>
  table.rows.map((row) => pointOf(table, row)),
);

/** The errors by their words, as AT+CMEE=2 writes them. */
const numbers = new Map<string, number>(Object.values(cmeErrors).map(([number, words]) => [words, number]));

/** An error line with its number, also where it was written with words; undefined: it is none. */
export function cmeNumberOf(line: string): string | undefined {
  const [, what] = /^\+CME ERROR: ?(.*)$/.exec(line) ?? [];
  if (what === undefined) return undefined;
  return `+CME ERROR: ${numbers.get(what) ?? what}`;
}

/** What a line begins with, up to its colon. */
const headOf = (line: string): string => /^[^:]*/.exec(line)?.[0] ?? "";

interface Named {
  readonly point: CoveragePoint;
  readonly pattern: RegExp;
}

/** The lines that are known, by how they are said and what they begin with; made when they are asked for first. */
let index: ReadonlyMap<string, readonly Named[]> | undefined;

function makeIndex(): ReadonlyMap<string, readonly Named[]> {
  const made = new Map<string, Named[]>();
  for (const point of lines) {
    const key = `${waysOf[point.group] ?? "urc"} ${headOf(point.item)}`;
    made.set(key, [...(made.get(key) ?? []), { point, pattern: patternOf(point.item) }]);
  }
  return made;
}

/** The groups whose lines are answers; all others are URCs. */
const waysOf: Readonly<Record<string, "answer">> = { errors: "answer", network: "answer" };

/** The line that is known and fits; undefined: none. */
export function lineNamed(way: "answer" | "urc", line: string): CoveragePoint | undefined {
  index ??= makeIndex();
  return index.get(`${way} ${headOf(line)}`)?.find(({ pattern }) => pattern.test(line))?.point;
}
