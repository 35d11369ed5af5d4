import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants as system } from "node:os";
import { usage } from "../net/user-error.js";
import { readCommandLine } from "./command-line.js";
import { complain } from "./complain.js";
import type { Ending } from "./ending.js";
import { readOptions } from "./options.js";
import { pathOf } from "./program-path.js";
import { placesOf, type Run, start } from "./serve.js";
import { openBrowser, windowUrl } from "./window.js";

/** The exit codes of a shell for a command that is not there, and for one that cannot be started. */
const notFound = 127;
const notStarted = 126;

/**
 * Runs a command beside a module of its own. Its environment tells where the module is; stdin, stdout, stderr and signals
 * are its own. Returns its exit code: 127 where it is not there, 128 + n where signal n has ended it; 3 where that is 0 and the
 * host did what --fail-on names. Throws a UserError (code 2) for wrong arguments.
 */
export async function exec(args: readonly string[], command: readonly string[], ending: Ending): Promise<number> {
  const stray = command.length === 0 && args[0] !== undefined && !args[0].startsWith("-") ? args.join(" ") : undefined;
  if (stray !== undefined) throw usage(`exec: write -- before the command: bc28-emu exec -- ${stray}`);
  const { command: word, flags } = readCommandLine(args);
  if (word !== undefined) throw usage(`exec: write -- before the command: bc28-emu exec -- ${word.name}`);
  const [name] = command;
  if (name === undefined) throw usage("exec: no command is given; write bc28-emu exec [options] -- COMMAND [ARG ...]");
  if (flags.stdio) throw usage("exec: it takes no --stdio: standard input and output are those of the command");
  const path = pathOf(name);
  if (path === undefined) {
    const isThere = name.includes("/") && existsSync(name);
    complain(usage(isThere ? `exec: ${name} is no program that may be run` : `exec: there is no command ${name}`));
    return isThere ? notStarted : notFound;
  }
  const control = flags.control ?? (flags.window === undefined ? "0" : undefined);
  const given = { ...flags, broker: flags.broker ?? "0", ...(control === undefined ? {} : { control }) };
  const options = readOptions(given, { onTerminal: false });
  if (ending.signal !== undefined) return codeOf(ending.signal);
  ending.passOn(() => {}); // while there is no command, a signal keeps it from being started
  const run = await start(options, ending);
  const { window } = options;
  const url = window && run.control && windowUrl(run.control.url);
  if (url !== undefined) process.stderr.write(`bc28-emu: the window is ${url}\n`);
  if (url !== undefined && window === "opened") openBrowser(url);
  const code = ending.signal
    ? codeOf(ending.signal)
    : await runCommand(path, command.slice(1), placesIn(options.frontEnds, run), ending);
  return code === 0 ? run.close() : codeAfter(code, run);
}

/** Closes a run whose command has failed: its code stays. */
async function codeAfter(code: number, run: Run): Promise<number> {
  await run.close().catch(complain);
  return code;
}

/** The exit code of a shell for a command that a signal has ended. */
const codeOf = (signal: NodeJS.Signals): number => 128 + system.signals[signal];

/** The places of a run by the names that arguments and the environment have for them: `port`, `tcp`, `control`, … */
function placesIn(frontEnds: Parameters<typeof placesOf>[0], run: Run): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const { frontEnd, at } of placesOf(frontEnds, run.modem)) {
    if (frontEnd.kind === "pty" && frontEnd.link !== undefined) places.set("link", frontEnd.link);
    const name = frontEnd.kind === "pty" ? "port" : frontEnd.kind.replace("-", "_");
    if (!places.has(name)) places.set(name, at);
  }
  if (run.control !== undefined) places.set("control", run.control.url);
  if (run.control?.token !== undefined) places.set("token", run.control.token);
  if (run.modem.broker !== undefined) places.set("broker", run.modem.broker.address);
  return places;
}

/** Runs the command; resolves with its exit code. Signals go on to it. */
function runCommand(
  path: string,
  args: readonly string[],
  places: ReadonlyMap<string, string>,
  ending: Ending,
): Promise<number> {
  const environment = [...places].map(([name, place]) => [`BC28_${name.toUpperCase()}`, place]);
  const filled = args.map((arg) => arg.replace(/\{(\w+)\}/g, (text, name: string) => places.get(name) ?? text));
  const [program, ...words] = [...guardian(), path, ...filled];
  const child = spawn(program ?? path, words, {
    stdio: "inherit",
    env: { ...process.env, ...Object.fromEntries(environment) },
  });
  ending.passOn((signal) => child.kill(signal));
  return new Promise((resolve) => {
    child.once("error", (error) => {
      complain(usage(`exec: ${path} cannot be started: ${error.message}`));
      resolve(notStarted);
    });
    child.once("exit", (code, signal) => {
      if (ending.signal !== undefined) endRest(`BC28_CONTROL=${places.get("control")}`);
      resolve(code ?? (signal === null ? notStarted : codeOf(signal)));
    });
  });
}

/**
 * Ends what a command that a signal has ended leaves behind: a shell does not hand signals on to what it has started. Its
 * processes have its environment, which Linux tells in /proc.
 */
function endRest(mark: string): void {
  const pids = existsSync("/proc/self/environ") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  for (const pid of pids) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
      if (environment.includes(mark)) process.kill(Number(pid), "SIGTERM");
    } catch {} // it has ended, or is another user's
  }
}

/** Ends the command where this process is killed: util-linux has a program for that, where it is installed. */
function guardian(): readonly string[] {
  const setpriv = "/usr/bin/setpriv";
  return process.platform === "linux" && existsSync(setpriv) ? [setpriv, "--pdeathsig", "TERM", "--"] : [];
}
