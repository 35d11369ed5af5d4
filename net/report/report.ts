import { createReadStream } from "node:fs";
import { itemsOf } from "../coverage/coverage.js";
import { type CoverageSum, coverageJson } from "../coverage/coverage-file.js";
import type { Finding } from "../referee/finding.js";
import { readTrace } from "../trace/read-trace.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import type { TraceHeader } from "../trace/trace-header.js";
import { maxEvents, reportPage } from "../window/report-page.js";
import { junitXml } from "./junit.js";
import type { RunData } from "./report-data.js";
import type { ReportFolder } from "./report-folder.js";
import { summaryMarkdown } from "./summary.js";

/** What a run has come to. */
export interface RunResult {
  readonly header: TraceHeader;
  readonly findings: readonly Finding[];
  readonly coverage: CoverageSum;
}

/**
 * Writes the report of a run whose trace is complete in the folder's draft.
 * @throws UserError (code 1) that names the folder and what is wrong with it; then nothing has appeared
 */
export async function writeReport(folder: ReportFolder, { header, findings, coverage }: RunResult): Promise<void> {
  const { kept, first, count } = await eventsOf(folder.draftOfTrace);
  const run: RunData = { header, findings, coverage, first, last: kept.at(-1), events: count };
  await folder.publish({
    "findings.json": findingsJson(findings),
    "coverage.json": coverageJson(coverage),
    "junit.xml": junitXml(run),
    "summary.md": summaryMarkdown(run),
    "report.html": reportPage({
      header,
      events: kept,
      leftOut: count - kept.length,
      findings,
      coverage: itemsOf(coverage.counts),
    }),
  });
}

/** The findings as programs read them. */
export const findingsJson = (findings: readonly Finding[]): string =>
  `${JSON.stringify({ format: "bc28-emu findings", version: 1, findings }, undefined, 2)}\n`;

/** The latest events of a trace, the first one, and how many there are. */
async function eventsOf(path: string) {
  const { events } = await readTrace(createReadStream(path), JSON.stringify(path));
  let kept: RecordedEvent[] = [];
  let first: RecordedEvent | undefined;
  let count = 0;
  for await (const event of events) {
    first ??= event;
    count += 1;
    kept.push(event);
    if (kept.length >= 2 * maxEvents) kept = kept.slice(-maxEvents);
  }
  return { kept: kept.slice(-maxEvents), first, count };
}
