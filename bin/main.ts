import { UserError } from "../net/user-error.js";
import packageJson from "../package.json" with { type: "json" };
import { complain, Ending } from "./exit.js";
import { obey } from "./serve.js";

/**
 * Does what the command line asks for. No top-level await does it: chunks that are loaded on demand import the one that this
 * stands in, and would wait for its end.
 */
export async function main(): Promise<void> {
  // A reader of our output may have gone (`| head -1`); the serial line lives on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", unlessGone);
  process.on("uncaughtException", (error) => process.exit(complain(error)));
  const ending = new Ending(); // signals are obeyed from the start
  const args = process.argv.slice(2);
  const wish = args.map((arg) => /^(-h|--help|--version)(=|$)/.exec(arg)?.[1]).find(Boolean);
  try {
    if (wish === "--version") process.stdout.write(`${packageJson.version}\n`);
    else if (wish === undefined) await obey(args, ending);
    else process.stdout.write(`${(await import("./help.js")).helpText(process.stdout.columns)}\n`);
  } catch (error) {
    process.exitCode = complain(error);
  }
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw new UserError(`what is to be printed cannot be written: ${error.message}`);
}
