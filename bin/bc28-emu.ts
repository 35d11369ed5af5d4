#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { UserError } from "../net/user-error.js";
import { complain, Ending } from "./exit.js";

// Whoever read us may have gone (`| head -1`); the serial line is another matter and lives on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", unlessGone);
process.on("uncaughtException", (error) => process.exit(complain(error)));
const ending = new Ending(); // signals are obeyed from the start

// What is not needed is not loaded: yargs alone takes longer than all that --help and --version do.
const args = process.argv.slice(2);
const wish = args.map((arg) => /^(-h|--help|--version)(=|$)/.exec(arg)?.[1]).find(Boolean);
try {
  if (wish === "--version") process.stdout.write(`${version()}\n`);
  else if (wish !== undefined)
    process.stdout.write(`${(await import("./help.js")).helpText(process.stdout.columns)}\n`);
  else await run();
} catch (error) {
  process.exitCode = complain(error);
}

async function run(): Promise<void> {
  const { readCommandLine } = await import("./command-line.js");
  const { readOptions } = await import("./options.js");
  const { serve } = await import("./serve.js");
  const { profile, flags } = readCommandLine(args);
  if (profile !== undefined) {
    const { profileCommand } = await import("./profile.js");
    process.stdout.write(`${profileCommand(profile, flags)}\n`);
    return;
  }
  await serve(readOptions(flags, { onTerminal: process.stdin.isTTY === true }), ending);
  process.exit(0); // all is closed and told; nothing that is left may hold us
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw new UserError(`what is to be printed cannot be written: ${error.message}`);
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
