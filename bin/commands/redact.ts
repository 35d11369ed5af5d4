import { writeFileSync } from "node:fs";
import { profileIn } from "../../net/recordings/load-recording.js";
import { redacted } from "../../net/recordings/redact.js";
import { whyOf } from "../../net/storage/text-file.js";
import { openTrace } from "../../net/trace/read-trace.js";
import type { RecordedEvent } from "../../net/trace/recorded-event.js";
import { UserError, usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";
import { effectiveProfile } from "../options.js";

/** `bc28-emu redact`: prints a recording, or writes it to a file, without what tells who and where its module is. */
export async function run({ words: [file, more], flags: { out, ...flags } }: Call): Promise<Outcome> {
  if (file === undefined) throw usage("redact needs a recording: bc28-emu redact FILE [--out FILE]");
  if (more !== undefined) throw usage(`redact: ${JSON.stringify(more)} is one word too many`);
  if (out === "") throw usage("--out needs a path, for instance --out redacted.jsonl");
  const trace = await openTrace(file, process.stdin);
  const events: RecordedEvent[] = [];
  for await (const event of trace.events) events.push(event);
  const profile = effectiveProfile(flags, [], profileIn(trace.header));
  const result = redacted(trace.header, events, profile);
  const text = [result.header, ...result.events].map((line) => JSON.stringify(line)).join("\n");
  if (out === undefined) return { text };
  try {
    writeFileSync(out, `${text}\n`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(`--out ${JSON.stringify(out)}: it cannot be written: ${whyOf(code, message)}`);
  }
  return { text: `${out} is written. Look at it before you hand it on: bc28-emu cannot know every secret.` };
}
