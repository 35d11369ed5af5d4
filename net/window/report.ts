import type { RecordedEvent } from "../trace/recorded-event.js";

/** What the host did wrong, once or several times. */
export interface Finding {
  readonly rule: string;
  readonly severity: "error" | "warning" | "note";
  /** The number of the event that it is about. */
  readonly at: number;
  readonly text: string;
  readonly advice: string;
  readonly count?: number;
}

/** Something that a module can say or do, and how often this host has met it. */
export interface CoverageItem {
  readonly group: string;
  readonly item: string;
  readonly met: number;
  /** A fault that lets the host meet it. */
  readonly recipe?: string | undefined;
  /** What the host does not use, and without which it cannot meet this. */
  readonly needs?: string | undefined;
}

/** What the page of a report holds. */
export interface Report {
  readonly header: Readonly<Record<string, unknown>>;
  readonly events: readonly RecordedEvent[];
  readonly findings: readonly Finding[];
  readonly coverage: readonly CoverageItem[];
  /** How many events were left out, the oldest ones. */
  readonly leftOut: number;
}
