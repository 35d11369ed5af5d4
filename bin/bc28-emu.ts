#!/usr/bin/env node
import { readFileSync } from "node:fs";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { quirkTable } from "../emulator/quirks.js";
import { UserError } from "../net/user-error.js";
import { readOptions } from "./options.js";
import { serve } from "./serve.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const quirkHelp = Object.entries(quirkTable)
  .map(([name, { values, about }]) => `  ${name}=${values}\n      ${about}`)
  .join("\n");

/** One line on stderr, and the exit code: 2 for usage, 1 for failure. */
function complain(error: unknown): void {
  if (!(error instanceof UserError)) throw error; // a bug of ours: its stack is wanted
  process.stderr.write(`bc28-emu: ${error.message}\n`);
  process.exitCode = error.code;
}

const flags = yargs(hideBin(process.argv))
  .scriptName("bc28-emu")
  .usage(
    "$0 [options]\n\nA Quectel BC28 (NB-IoT module) as a program: AT commands on a serial port drive a real MQTT client.",
  )
  .options({
    pty: { type: "boolean", group: "Where hosts attach:", describe: "a pseudo-terminal (the default)" },
    link: {
      type: "string",
      group: "Where hosts attach:",
      describe: "a stable symlink to it, removed at exit",
      requiresArg: true,
    },
    stdio: { type: "boolean", group: "Where hosts attach:", describe: "standard input and output instead" },
    broker: {
      type: "string",
      group: "Network:",
      describe: "start a broker on this machine; every name leads to it [port, 1883]",
    },
    map: {
      type: "string",
      array: true,
      nargs: 1,
      group: "Network:",
      describe: "NAME=HOST[:PORT] sends a name elsewhere; * globs; repeatable",
    },
    quirk: {
      type: "string",
      array: true,
      nargs: 1,
      group: "Behaviour:",
      describe: "NAME=VALUE, see below; repeatable",
    },
    "time-scale": {
      type: "string",
      requiresArg: true,
      group: "Behaviour:",
      describe: "run the module's clock N times faster",
    },
    seed: { type: "string", requiresArg: true, group: "Behaviour:", describe: "where randomness starts from" },
    "log-level": {
      type: "string",
      requiresArg: true,
      group: "Output:",
      describe: "trace, info, warn (the default) or silent; on stderr",
    },
    json: {
      type: "boolean",
      group: "Output:",
      describe: "one line of JSON when ready, instead of the text for people",
    },
  })
  .completion("completion", "print a completion script for bash or zsh")
  .example("$0 --broker --link /tmp/bc28", "a module and a broker, no internet needed")
  .example("$0 --map '*.example.com=10.0.0.7:1883'", "a broker of your own under its real name")
  .example("printf 'AT\\r' | $0 --stdio", "one command, one answer")
  .epilogue(`Quirks (the first value is the default):\n${quirkHelp}`)
  .strict()
  .demandCommand(0, 0, "", "give options only")
  .version(version)
  .help()
  .wrap(100)
  .exitProcess(true)
  .fail((message: string, error: Error | undefined) => {
    if (error !== undefined && !message) throw error;
    process.stderr.write(`bc28-emu: ${message.replace(/\n+/g, " ")}; see bc28-emu --help\n`);
    process.exit(2);
  })
  .parseSync();

try {
  await serve(readOptions(flags));
} catch (error) {
  complain(error);
}
