import { writeFile } from "node:fs/promises";
import { Coverage, itemsOf } from "../../net/coverage/coverage.js";
import { Referee } from "../../net/referee/referee.js";
import { whyOf } from "../../net/storage/text-file.js";
import { openTrace } from "../../net/trace/read-trace.js";
import type { RecordedEvent } from "../../net/trace/recorded-event.js";
import { UserError, usage } from "../../net/user-error.js";
import { NewestEvents } from "../../net/window/newest-events.js";
import { reportPage } from "../../net/window/report-page.js";
import type { Call, Outcome } from "../command.js";

/** `bc28-emu report`: writes a trace as one page of HTML. Throws a UserError that names the file and what is wrong with it. */
export async function run({ words: [file, more], flags: { out } }: Call): Promise<Outcome> {
  if (file === undefined) throw usage("report: which trace? write bc28-emu report FILE.jsonl --out report.html");
  if (more !== undefined) throw usage(`report: ${JSON.stringify(more)} is one word too many`);
  if (out === undefined || out === "") throw usage("report: where to? write --out report.html");
  const trace = await openTrace(file, process.stdin);
  const parts = await judged(trace.events);
  const page = reportPage({ header: trace.header, ...parts });
  await writeFile(out, page).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UserError(`report: ${out} cannot be written: ${whyOf(code, message)}`, 1);
  });
  return {
    text: `${out}: ${parts.leftOut + parts.events.length} events${trace.isCut ? "; the last line is cut, and left out" : ""}`,
  };
}

/** The newest events of a trace that may be larger than the memory, and what the host did in all of it. */
async function judged(all: AsyncIterable<RecordedEvent>) {
  const [referee, coverage] = [new Referee(), new Coverage()];
  const newest = new NewestEvents();
  for await (const event of all) {
    referee.take(event);
    coverage.note(event);
    newest.add(event);
  }
  const { list: events, leftOut } = newest;
  referee.pass(events.at(-1)?.t ?? 0);
  return { events, leftOut, findings: referee.findings, coverage: itemsOf(coverage.counts) };
}
