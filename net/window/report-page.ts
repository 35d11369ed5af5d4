import { gzipSync } from "node:zlib";
import type { CoverageItem } from "../coverage/coverage.js";
import type { Finding } from "../referee/finding.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { maxEvents } from "./newest-events.js";
import { pageFile } from "./page-file.js";
import type { Report } from "./report.js";

/** What a report is made of. */
export interface ReportParts {
  /** The first line of the trace; undefined: it is not known. */
  readonly header?: object | undefined;
  /** The newest ones, oldest first, and how many older ones are left out already. */
  readonly events: readonly RecordedEvent[];
  readonly leftOut?: number;
  readonly findings?: readonly Finding[];
  readonly coverage?: readonly CoverageItem[];
}

/** How many bytes of JSON a report holds at most; the oldest events are left out. decided */
const maxBytes = 64 * 1024 * 1024;

/** Where the page finds its data. */
const place = '<script type="application/octet-stream" id="run"></script>';

/**
 * The window with a run inside: one file of HTML that fetches nothing. The data are compressed and written in base64, so that
 * nothing in them is read as HTML.
 * @throws UserError (code 1) where the page is not built
 */
export function reportPage({ header, events, leftOut = 0, findings = [], coverage = [] }: ReportParts): string {
  const kept = newest(events);
  const report: Omit<Report, "events"> = {
    header: { ...header },
    findings,
    coverage,
    leftOut: leftOut + events.length - kept.length,
  };
  const json = `${JSON.stringify(report).slice(0, -1)},"events":[${kept.join(",")}]}`;
  const data = gzipSync(json).toString("base64");
  return pageFile()
    .replace("connect-src 'self'", "connect-src 'none'")
    .replace(place, () => place.replace("><", () => `>${data}<`));
}

/** The newest events that find room, as JSON, oldest first. */
function newest(events: readonly RecordedEvent[]): readonly string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (let at = events.length - 1; at >= 0 && kept.length < maxEvents; at -= 1) {
    const text = JSON.stringify(events[at]);
    bytes += text.length;
    if (bytes > maxBytes) break;
    kept.push(text);
  }
  return kept.reverse();
}
