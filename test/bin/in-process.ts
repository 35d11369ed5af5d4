import { readCommandLine } from "../../bin/command-line.js";
import { commandRow } from "../../bin/commands/index.js";
import type { Ending } from "../../bin/ending.js";
import { readOptions } from "../../bin/options.js";
import { serve } from "../../bin/serve.js";
import { UserError } from "../../net/user-error.js";

/** The exit code and output that a process would have. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An ending that has come already: the module is closed at once, without a message. Signals are ignored. */
const ending = { came: true, reached: Promise.resolve(undefined), end: () => {} } as unknown as Ending;

/**
 * Runs the command with these arguments in this process, which saves the start of Node. Not for --stdio, whose pipes are
 * those of the test, nor for --help, --version and completion, which only the process handles.
 */
export async function runInProcess(args: readonly string[]): Promise<Ended> {
  try {
    const { command, flags } = readCommandLine(args);
    if (command !== undefined) {
      const { run } = await commandRow(command.name).load();
      const { text, code = 0 } = await run({ words: command.words, flags, ending });
      return { code, out: text === undefined ? "" : `${text}\n`, err: "" };
    }
    await serve(readOptions(flags, { onTerminal: false }), ending);
    return { code: 0, out: "", err: "" };
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, out: "", err: `bc28-emu: ${error.message}\n` };
    throw error; // a bug
  }
}
