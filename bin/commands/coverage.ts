import { merged } from "../../net/coverage/counts.js";
import { Coverage, itemsOf } from "../../net/coverage/coverage.js";
import { type CoverageSum, coverageJson, readCoverage } from "../../net/coverage/coverage-file.js";
import { coverageText } from "../../net/coverage/coverage-text.js";
import { openTrace } from "../../net/trace/read-trace.js";
import { UserError, usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";

/** `bc28-emu coverage`: prints what hosts have met in all runs of some files. Throws a UserError for a file that is none. */
export async function run({ words, flags }: Call): Promise<Outcome> {
  if (words.length === 0)
    throw usage("coverage: give files: those of --coverage, coverage.json of reports, or traces (.jsonl)");
  const sums = await Promise.all(words.map((path) => (path.endsWith(".jsonl") ? traced(path) : summed(path))));
  const sum = {
    runs: sums.reduce((all, { runs }) => all + runs, 0),
    counts: merged(...sums.map(({ counts }) => counts)),
  };
  return { text: flags.json ? coverageJson(sum).trimEnd() : coverageText(itemsOf(sum.counts), sum.runs) };
}

function summed(path: string): CoverageSum {
  const sum = readCoverage(path, 1);
  if (sum === undefined) throw new UserError(`coverage file ${JSON.stringify(path)}: there is no such file`);
  return sum;
}

/** What the host of a trace has met. */
async function traced(path: string): Promise<CoverageSum> {
  const coverage = new Coverage();
  const { events } = await openTrace(path, process.stdin);
  for await (const event of events) coverage.note(event);
  return { runs: 1, counts: coverage.counts };
}
