import { writeSync } from "node:fs";
import { UserError } from "../net/user-error.js";

/** Writes an error to stderr, in one line; returns the exit code: 2 for usage, 1 for failure. */
export function complain(error: unknown): 1 | 2 {
  if (error instanceof UserError) {
    tell(error.message);
    return error.code;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (wantsStack()) say(`bc28-emu: this is a bug of bc28-emu:\n${stack}`);
  else
    say(`bc28-emu: this is a bug of bc28-emu, please report it; BC28_EMU_DEBUG=1 shows more: ${oneLine(gist(stack))}`);
  return 1;
}

/** The stack is shown on request, and at log level trace. */
const wantsStack = (): boolean =>
  Boolean(process.env.BC28_EMU_DEBUG) || /--log-level[= ]trace/.test(process.argv.join(" "));

/** The first line of an error, and the place where it was thrown. */
const gist = (stack: string): string =>
  `${stack.split("\n", 1)[0]} ${/\(?([^\s(]*:\d+:\d+)\)?/.exec(stack.slice(stack.indexOf("\n")))?.[1] ?? ""}`.trim();

/** A text without control characters: paths and names come from the user. */
const oneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (odd) => `\\x${odd.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** Writes a line for the user to stderr. */
export const tell = (text: string): void => say(`bc28-emu: ${oneLine(text)}`);

/** Writes synchronously, because the process may be about to end. */
function say(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {} // nobody reads it
}
