import { type Figure, isKept, ratioOf } from "./figure.js";

const number = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: value < 100 ? 3 : 4, useGrouping: false });

const verdict = (figure: Figure): string => ({ true: "ok", false: "MISSED", undefined: "-" })[`${isKept(figure)}`];

function targetOf({ target, than, unit }: Figure): string {
  if (target === undefined) return "reported";
  const { of, bound, value } = target;
  if (of === "ratio") return `${bound} ${value} x`;
  return of === "ours" ? `${bound} ${value} ${unit}` : `${bound} ${than} + ${value} ${unit}`;
}

const heads = ["what", "ours", "unit", "beside", "its", "ratio", "target", ""];

/** The figures for people; notes stand below. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    number(figure.ours),
    figure.unit,
    figure.than,
    number(figure.theirs),
    Number.isFinite(ratioOf(figure)) ? ratioOf(figure).toFixed(2) : "-",
    targetOf(figure),
    verdict(figure),
  ]);
  const widths = heads.map((_, column) => Math.max(...[heads, ...rows].map((row) => (row[column] ?? "").length)));
  const lines = [heads, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const notes = figures.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));
  return [...lines.map((line) => line.trimEnd()), ...notes].join("\n");
}

/** The figures for programs. */
export const rowsOf = (figures: readonly Figure[]) =>
  figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), kept: isKept(figure) ?? null }));
