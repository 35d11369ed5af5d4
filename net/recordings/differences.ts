import type { Octets } from "../../at/octets.js";
import type { Millis } from "../time/clock.js";
import { align, type Step } from "./alignment.js";
import { isFinalResult } from "./module-lines.js";
import type { PlacedLine } from "./recording.js";

/** How a line of the recording and the emulator's differ. */
export type DifferenceKind =
  /** The emulator does not say it. */
  | "missing"
  /** The emulator says it, and the recording does not have it. */
  | "extra"
  /** Framing, fields or words differ. */
  | "shape"
  /** A number, a string or a word has another value. */
  | "value"
  /** Both say it, at another place. */
  | "order"
  /** Both say it, at another time. */
  | "time";

/** A difference. At least one of the lines is there. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly recorded?: PlacedLine;
  readonly emulated?: PlacedLine;
}

/**
 * Compares what a module said in a recording with what the emulator says.
 * @param within how far the times of a line may lie apart, in ms; left out: times do not count
 */
export function differencesOf(
  recorded: readonly PlacedLine[],
  emulated: readonly PlacedLine[],
  within = Number.POSITIVE_INFINITY,
): readonly Difference[] {
  const isSame = (a: number, b: number): boolean => isSameLine(recorded[a], emulated[b]);
  const found: Difference[] = [];
  let hunk: Step[] = [];
  const close = (): void => {
    if (hunk.length > 0) found.push(...differencesIn(hunk, recorded, emulated));
    hunk = [];
  };
  for (const step of align(recorded.length, emulated.length, isSame)) {
    if (step.kind !== "both") hunk.push(step);
    else {
      close();
      const [one, other] = [recorded[step.a], emulated[step.b]];
      if (one && other && Math.abs(one.t - other.t) > within)
        found.push({ kind: "time", recorded: one, emulated: other });
    }
  }
  close();
  return inOrder(moved(found));
}

/** Whether two lines are the same; a secret in the recording is `***`. */
function isSameLine(recorded: PlacedLine | undefined, emulated: PlacedLine | undefined): boolean {
  if (recorded === undefined || emulated === undefined) return false;
  if (recorded.raw === emulated.raw) return true;
  return recorded.raw.includes("***") && patternOf(recorded.raw).test(emulated.raw);
}

function patternOf(raw: Octets): RegExp {
  const parts = raw.split(/\*{3,}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^\\r\\n]*")}$`);
}

/** The differences of steps between which nothing is the same. Lines that tell the same in another way are put together. */
function differencesIn(
  steps: readonly Step[],
  recorded: readonly PlacedLine[],
  emulated: readonly PlacedLine[],
): readonly Difference[] {
  const ours = steps.flatMap((step) => (step.kind === "second" ? (emulated[step.b] ?? []) : []));
  const left = new Set(ours);
  const found: Difference[] = [];
  for (const step of steps) {
    const line = step.kind === "first" ? recorded[step.a] : undefined;
    if (line === undefined) continue;
    const other = counterpart(line, firstOf(left));
    if (other === undefined) found.push({ kind: "missing", recorded: line });
    else {
      left.delete(other);
      found.push({
        kind: shapeOf(line.raw) === shapeOf(other.raw) ? "value" : "shape",
        recorded: line,
        emulated: other,
      });
    }
  }
  return [...found, ...[...left].map((line): Difference => ({ kind: "extra", emulated: line }))];
}

/** How many lines of the emulator are looked through for one of the recording. decided */
const maxCandidates = 200;

function firstOf(lines: Iterable<PlacedLine>): readonly PlacedLine[] {
  const first: PlacedLine[] = [];
  for (const line of lines) {
    if (first.length === maxCandidates) break;
    first.push(line);
  }
  return first;
}

/** The emulator's line that stands for a line of the recording: of the same text or name, or at the same place. */
function counterpart(line: PlacedLine, lines: readonly PlacedLine[]): PlacedLine | undefined {
  const name = nameOf(line.text);
  return (
    lines.find(({ text }) => text === line.text) ??
    lines.find(({ text }) => name !== undefined && nameOf(text) === name) ??
    lines.find((other) => shapeOf(other.text) === shapeOf(line.text) && !isFinalResult(other)) ??
    lines.find(
      (other) => other.after === line.after && isFinalResult(other) === isFinalResult(line) && isAnswer(other, line),
    )
  );
}

/** Final results stand for each other, and so do lines without a name. */
const isAnswer = (one: PlacedLine, other: PlacedLine): boolean =>
  isFinalResult(one) || (nameOf(one.text) === undefined && nameOf(other.text) === undefined);

/** The name before the colon: `+QMTSTAT`. */
export const nameOf = (text: Octets): Octets | undefined => /^([+A-Za-z][\w +]*):/.exec(text)?.[1];

/** A line with its values taken out. */
export const shapeOf = (text: Octets): Octets =>
  text.replace(/"[^"]*"/g, '""').replace(/-?\b[0-9A-Fa-f]*\d[\w.]*/g, "0");

/** A line that is missing at one place and extra at another one close by is out of order. */
function moved(differences: readonly Difference[]): readonly Difference[] {
  const found = [...differences];
  for (let at = 0; at < found.length; at += 1) {
    const { kind, recorded } = found[at] ?? {};
    if (kind !== "missing" || recorded === undefined || isFinalResult(recorded)) continue;
    const from = Math.max(0, at - maxDistance);
    const other = found.findIndex(
      (one, index) =>
        index >= from && index <= at + maxDistance && one.kind === "extra" && one.emulated?.raw === recorded.raw,
    );
    const emulated = found[other]?.emulated;
    if (emulated === undefined) continue;
    found[at] = { kind: "order", recorded, emulated };
    found.splice(other, 1);
    if (other < at) at -= 1;
  }
  return found;
}

/** How many differences lie between the two places of a line that is out of order at most. */
const maxDistance = 10;

const timeOf = ({ recorded, emulated }: Difference): Millis => (recorded ?? emulated)?.t ?? 0;

const inOrder = (differences: readonly Difference[]): readonly Difference[] =>
  [...differences].sort((a, b) => timeOf(a) - timeOf(b));

/** How much a difference weighs: less where fewer of a line's fields have another value. */
export function weightOf({ kind, recorded, emulated }: Difference): number {
  if (kind !== "value" || recorded === undefined || emulated === undefined) return 1;
  const [one, other] = [fieldsOf(recorded.text), fieldsOf(emulated.text)];
  const different = one.filter((field, at) => field !== other[at]).length;
  return 0.5 + (0.5 * different) / Math.max(1, one.length);
}

export const fieldsOf = (text: Octets): readonly Octets[] => text.split(/[,:]/);
