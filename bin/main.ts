import { UserError } from "../net/user-error.js";
import packageJson from "../package.json" with { type: "json" };
import { readCommandLine } from "./command-line.js";
import { commandRow, isCommand } from "./commands/index.js";
import { complain } from "./complain.js";
import { Ending } from "./ending.js";
import { readOptions } from "./options.js";
import { serve } from "./serve.js";

/**
 * Does what the command line asks for. It must not be awaited at the top level: a chunk that is loaded on demand imports the
 * chunk of this file, and would wait for the end of that await.
 */
export async function main(): Promise<void> {
  // A reader of our output may have gone (`| head -1`); the serial line lives on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", unlessGone);
  process.on("uncaughtException", (error) => process.exit(complain(error)));
  const ending = new Ending(); // signals are obeyed from the start
  const args = process.argv.slice(2);
  try {
    await obey(args, ending);
  } catch (error) {
    process.exitCode = complain(error);
  }
}

/** Does what the arguments ask for. Throws a UserError (code 2) where they cannot be understood. */
async function obey(args: readonly string[], ending: Ending): Promise<void> {
  const own = args.slice(0, args.includes("--") ? args.indexOf("--") : undefined);
  const wish = own.map((arg) => /^(-h|--help|--version)(=|$)/.exec(arg)?.[1]).find(Boolean);
  if (wish === "--version") process.stdout.write(`${packageJson.version}\n`);
  else if (wish !== undefined) process.stdout.write(`${await help(own)}\n`);
  else if (own[0] === "exec") {
    const { exec } = await import("./exec.js");
    process.exit(await exec(own.slice(1), args.slice(own.length + 1), ending));
  } else await run(args, ending);
}

/** The help of a command, or that of the program. Its code is loaded only then. */
async function help([first = ""]: readonly string[]): Promise<string> {
  const { commandHelp, helpText } = await import("./help.js");
  const { columns } = process.stdout;
  return isCommand(first) ? commandHelp(first, columns) : helpText(columns);
}

/** Runs a command, or a module. */
async function run(args: readonly string[], ending: Ending): Promise<void> {
  const { command, flags } = readCommandLine(args);
  if (command === undefined) {
    const code = await serve(readOptions(flags, { onTerminal: process.stdin.isTTY === true }), ending);
    process.exit(code); // everything is closed and written; no handle that is left may keep the process running
  }
  const { run: obeyed } = await commandRow(command.name).load();
  const { text, code = 0 } = await obeyed({ words: command.words, flags, ending });
  if (text !== undefined) await new Promise((written) => process.stdout.write(`${text}\n`, written));
  process.exit(code);
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw new UserError(`what is to be printed cannot be written: ${error.message}`);
}
