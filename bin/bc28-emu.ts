#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { complain } from "./complain.js";

// Whoever read us may have gone (`| head -1`); the serial line is another matter and lives on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.on("uncaughtException", (error) => process.exit(complain(error)));

// What is not needed is not loaded: yargs alone takes longer than all that --help and --version do.
const args = process.argv.slice(2);
const wish = args.map((arg) => /^(-h|--help|--version)(=|$)/.exec(arg)?.[1]).find(Boolean);
try {
  if (wish === "--version") process.stdout.write(`${version()}\n`);
  else if (wish !== undefined) process.stdout.write(`${(await import("./help.js")).helpText()}\n`);
  else await run();
} catch (error) {
  process.exitCode = complain(error);
}

async function run(): Promise<void> {
  const { readCommandLine } = await import("./command-line.js");
  const { readOptions } = await import("./options.js");
  const { serve } = await import("./serve.js");
  await serve(readOptions(readCommandLine(args), { onTerminal: process.stdin.isTTY === true }));
  process.exit(0); // all is closed and told; nothing that is left may hold us
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
