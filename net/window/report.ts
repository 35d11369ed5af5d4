import type { CoverageItem } from "../coverage/coverage.js";
import type { Finding } from "../referee/finding.js";
import type { RecordedEvent } from "../trace/recorded-event.js";

/** What the page of a report holds. */
export interface Report {
  readonly header: Readonly<Record<string, unknown>>;
  readonly events: readonly RecordedEvent[];
  readonly findings: readonly Finding[];
  readonly coverage: readonly CoverageItem[];
  /** How many events were left out, the oldest ones. */
  readonly leftOut: number;
}
