import type { Counts } from "../coverage/counts.js";
import { writeReport } from "../report/report.js";
import { openReportFolder } from "../report/report-folder.js";
import type { RunningModem } from "../start.js";
import { openTraceFile } from "../trace/trace-file.js";
import { traceHeader } from "../trace/trace-header.js";
import { UserError } from "../user-error.js";
import { profileOf, type TestOptions } from "./options.js";

/** What a report of a test tells. */
interface Tested {
  readonly modem: RunningModem;
  readonly counts: Counts;
  readonly options: Pick<TestOptions, "profile" | "seed" | "faults" | "scenarios">;
}

/**
 * Writes the report of a test: the events that are still kept, findings and coverage.
 * @throws UserError that names the folder and what is wrong with it; then nothing has appeared in it
 */
export async function writeTestReport(path: string, { modem, counts, options }: Tested): Promise<void> {
  const { profile, seed = 0, faults = [], scenarios = [] } = options;
  const header = traceHeader({
    profile: profileOf(profile ?? { base: "bc28" }),
    seed,
    faults,
    scenarios: scenarios.map(({ name }) => name),
  });
  const folder = await openReportFolder(path);
  try {
    const trace = await openTraceFile(folder.draftOfTrace, header, () => {});
    for (const event of modem.events.read(0)) trace.write(event);
    await trace.close();
    if (trace.isIncomplete) throw new UserError(`report ${JSON.stringify(path)}: its trace could not be written`);
    await writeReport(folder, { header, findings: modem.findings, coverage: { runs: 1, counts } });
  } finally {
    await folder.discard();
  }
}
