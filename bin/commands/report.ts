import { writeFile } from "node:fs/promises";
import { whyOf } from "../../net/storage/text-file.js";
import { openTrace } from "../../net/trace/read-trace.js";
import type { RecordedEvent } from "../../net/trace/recorded-event.js";
import { UserError, usage } from "../../net/user-error.js";
import { maxEvents, reportPage } from "../../net/window/report-page.js";
import type { Call, Outcome } from "../command.js";

/** `bc28-emu report`: writes a trace as one page of HTML. Throws a UserError that names the file and what is wrong with it. */
export async function run({ words: [file, more], flags: { out } }: Call): Promise<Outcome> {
  if (file === undefined) throw usage("report: which trace? write bc28-emu report FILE.jsonl --out report.html");
  if (more !== undefined) throw usage(`report: ${JSON.stringify(more)} is one word too many`);
  if (out === undefined || out === "") throw usage("report: where to? write --out report.html");
  const trace = await openTrace(file, process.stdin);
  const { events, leftOut } = await newest(trace.events);
  const page = reportPage({ header: trace.header, events, leftOut });
  await writeFile(out, page).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UserError(`report: ${out} cannot be written: ${whyOf(code, message)}`, 1);
  });
  return { text: `${out}: ${events.length} events${trace.isCut ? "; the last line is cut, and left out" : ""}` };
}

/** The newest events of a trace that may be larger than the memory, and how many older ones there were. */
async function newest(
  all: AsyncIterable<RecordedEvent>,
): Promise<{ readonly events: readonly RecordedEvent[]; readonly leftOut: number }> {
  let events: RecordedEvent[] = [];
  let leftOut = 0;
  for await (const event of all) {
    events.push(event);
    if (events.length < 2 * maxEvents) continue;
    leftOut += maxEvents;
    events = events.slice(maxEvents);
  }
  return { events, leftOut };
}
