import { readCommandLine } from "../../bin/command-line.js";
import type { Ending } from "../../bin/exit.js";
import { readOptions } from "../../bin/options.js";
import { profileCommand } from "../../bin/profile.js";
import { serve } from "../../bin/serve.js";
import { UserError } from "../../net/user-error.js";

/** How a run ended, in the words of the process. */
export interface EndedHere {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Has come already: what starts is over at once, without a word, and no signal is listened to. */
const ending = { came: true, reached: Promise.resolve(undefined), end: () => {} } as unknown as Ending;

/**
 * What the command does with these arguments, without a process of its own: a start of node is most of what such a run
 * costs. Not for --stdio, whose pipes are the test's; --help, --version and completion are the process's own matter.
 */
export async function runHere(args: readonly string[]): Promise<EndedHere> {
  try {
    const { profile, flags } = readCommandLine(args);
    if (profile !== undefined) return { code: 0, out: `${profileCommand(profile, flags)}\n`, err: "" };
    await serve(readOptions(flags, { onTerminal: false }), ending);
    return { code: 0, out: "", err: "" };
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, out: "", err: `bc28-emu: ${error.message}\n` };
    throw error; // a bug
  }
}
