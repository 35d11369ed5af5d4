import type { CoverageSum } from "../coverage/coverage-file.js";
import { plural } from "../coverage/coverage-text.js";
import type { Finding } from "../referee/finding.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import type { TraceHeader } from "../trace/trace-header.js";

/** From which severity on findings make a run fail. */
export type FailOn = "error" | "warning";

/** The findings that make a run fail. */
export const failuresIn = (findings: readonly Finding[], failOn: FailOn | undefined): readonly Finding[] =>
  findings.filter(({ severity }) => failOn !== undefined && (severity === "error" || severity === failOn));

/** What a report tells of a run. */
export interface RunData {
  readonly header: TraceHeader;
  /** The first and the last event, and how many there were. */
  readonly first: RecordedEvent | undefined;
  readonly last: RecordedEvent | undefined;
  readonly events: number;
  readonly findings: readonly Finding[];
  readonly coverage: CoverageSum;
}

/** A text cut to a length that a table shows. */
export const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}…` : text);

/** Where a finding stands: `at 12.345 s (event 84)`, and how often it came. */
export function placeOf({ t, at, count, last }: Finding): string {
  const often = count === 1 ? "" : `, ${count} times, last in event ${last}`;
  return `at ${(t / 1000).toFixed(3)} s (event ${at}${often})`;
}

/** `1 error, 2 warnings, 0 notes`, by how many rules were broken. */
export function findingsText(findings: readonly Finding[]): string {
  const of = (severity: Finding["severity"]): string =>
    plural(findings.filter((finding) => finding.severity === severity).length, severity);
  return [of("error"), of("warning"), of("note")].join(", ");
}
