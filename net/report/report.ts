import { createReadStream } from "node:fs";
import { itemsOf } from "../coverage/coverage.js";
import { type CoverageSum, coverageJson } from "../coverage/coverage-file.js";
import type { Finding } from "../referee/finding.js";
import { readTrace } from "../trace/read-trace.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import type { TraceHeader } from "../trace/trace-header.js";
import { NewestEvents } from "../window/newest-events.js";
import { reportPage } from "../window/report-page.js";
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
  const { list, leftOut, first, count } = await eventsOf(folder.draftOfTrace);
  const run: RunData = { header, findings, coverage, first, last: list.at(-1), events: count };
  await folder.publish({
    "findings.json": findingsJson(findings),
    "coverage.json": coverageJson(coverage),
    "junit.xml": junitXml(run),
    "summary.md": summaryMarkdown(run),
    "report.html": reportPage({
      header,
      events: list,
      leftOut,
      findings,
      coverage: itemsOf(coverage.counts),
    }),
  });
}

/** The findings as programs read them. */
export const findingsJson = (findings: readonly Finding[]): string =>
  `${JSON.stringify({ format: "bc28-emu findings", version: 1, findings }, undefined, 2)}\n`;

/** The newest events of a trace, and the first one. */
async function eventsOf(path: string) {
  const { events } = await readTrace(createReadStream(path), JSON.stringify(path));
  const newest = new NewestEvents();
  let first: RecordedEvent | undefined;
  for await (const event of events) {
    first ??= event;
    newest.add(event);
  }
  const { list, leftOut, count } = newest;
  return { list, leftOut, first, count };
}
