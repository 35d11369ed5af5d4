import { UserError } from "../net/user-error.js";
import packageJson from "../package.json" with { type: "json" };
import { readCommandLine } from "./command-line.js";
import { complain, Ending } from "./exit.js";
import { readOptions } from "./options.js";
import { serve } from "./serve.js";

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
  else if (wish !== undefined)
    process.stdout.write(`${(await import("./help.js")).helpText(process.stdout.columns)}\n`);
  else if (own[0] === "exec") {
    const { exec } = await import("./exec.js");
    process.exit(await exec(own.slice(1), args.slice(own.length + 1), ending));
  } else if (own[0] === "mcp") await serveAgents(own.slice(1), ending);
  else await print(args, ending);
}

/** Serves coding agents by the Model Context Protocol, until they go. Its code is loaded only then. */
async function serveAgents(args: readonly string[], ending: Ending): Promise<void> {
  const { flags } = readCommandLine(args);
  const options = readOptions(flags, { onTerminal: false });
  const [{ serveMcp }, { startMcpModule }] = await Promise.all([
    import("../net/control/mcp-server.js"),
    import("../net/control/mcp-module.js"),
  ]);
  const { version } = packageJson;
  const { profile, mappings, faults } = options;
  const server = await serveMcp({
    version,
    warn: (line) => process.stderr.write(`bc28-emu: mcp: ${line}\n`),
    start: (input) => startMcpModule({ version, profile, mappings, faults }, input),
  });
  await Promise.race([server.gone, ending.reached]);
  await server.close();
  process.exit(0);
}

/** Prints what a command asks for, or runs a module. */
async function print(args: readonly string[], ending: Ending): Promise<void> {
  const { command, flags } = readCommandLine(args);
  if (command !== undefined) {
    const { printed } = await import("./print.js");
    process.stdout.write(`${await printed(command, flags)}\n`);
    return;
  }
  await serve(readOptions(flags, { onTerminal: process.stdin.isTTY === true }), ending);
  process.exit(0); // everything is closed and written; no handle that is left may keep the process running
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw new UserError(`what is to be printed cannot be written: ${error.message}`);
}
