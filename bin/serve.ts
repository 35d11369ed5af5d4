import type { Scenario } from "../emulator/faults/language/scenario.js";
import { Log } from "../net/log.js";
import { LogLines } from "../net/log-output.js";
import { type OpenPort, withWriteHook } from "../net/serial.js";
import { type RunningModem, startModem } from "../net/start.js";
import type { NvmStore } from "../net/storage/nvm-file.js";
import { scaledClock, systemClock } from "../net/time/clock.js";
import { UserError } from "../net/user-error.js";
import { type CommandLine, readCommandLine } from "./command-line.js";
import type { Ending } from "./exit.js";
import type { Flags } from "./flags.js";
import { type FrontEnd, openerOf } from "./front-ends.js";
import { type Options, readOptions } from "./options.js";
import { readyJson, readyText } from "./ready.js";

/** Does what the command line asks for. Throws a UserError (code 2) where it cannot be understood. */
export async function obey(args: readonly string[], ending: Ending): Promise<void> {
  const { command, flags } = readCommandLine(args);
  if (command !== undefined) {
    process.stdout.write(`${await outputOf(command, flags)}\n`);
    return;
  }
  await serve(readOptions(flags, { onTerminal: process.stdin.isTTY === true }), ending);
  process.exit(0); // everything is closed and written; no handle that is left may keep the process running
}

/** What a command prints. */
export async function outputOf({ name, words }: NonNullable<CommandLine["command"]>, flags: Flags): Promise<string> {
  if (name === "profile") return (await import("./profile.js")).profileCommand(words, flags);
  const { faultsCommand, scenarioCommand } = await import("./faults.js");
  return name === "faults" ? faultsCommand(words, flags) : scenarioCommand(words, flags);
}

/** The silence of the module after which the last answer counts as complete, in ms of real time. */
const quietForMs = 250;
/** The longest wait for that silence, in ms of real time. A subscription may keep the module talking. */
const maxWaitMs = 5000;

/** Waits until the module is silent. */
class QuietWatch {
  #saidAt = 0;

  /** The same front end; its output is noticed. */
  watch(open: OpenPort): OpenPort {
    return async (events) =>
      withWriteHook(await open(events), () => {
        this.#saidAt = performance.now();
      });
  }

  /** Resolves when the module has been silent for `quietForMs`, or after `maxWaitMs`. */
  async wait(): Promise<void> {
    const start = performance.now();
    for (;;) {
      const now = performance.now();
      const end = Math.min(Math.max(start, this.#saidAt) + quietForMs, start + maxWaitMs);
      if (now >= end) return;
      await new Promise((resolve) => setTimeout(resolve, end - now));
    }
  }
}

/** Runs the module until a signal, or the end of its input. Throws a UserError when it cannot start, or cannot go on. */
export async function serve(options: Options, ending: Ending): Promise<void> {
  const lines = new LogLines();
  const clock = options.timeScale === 1 ? systemClock() : scaledClock(options.timeScale);
  const log = new Log(options.logLevel, (line) => lines.write(line), clock);
  const modem = await startModem({
    profile: options.profile,
    ports: await openers(options, ending),
    clock,
    seed: options.seed,
    ...(options.baud === undefined ? {} : { baud: options.baud }),
    mappings: options.mappings,
    faults: options.faults,
    scenarios: await scenariosOf(options.scenarios),
    log,
    ...(options.nvm === undefined ? {} : { nvm: await memoryIn(options.nvm, log) }),
    ...(options.brokerPort === undefined
      ? {}
      : { broker: { port: options.brokerPort, cloudDevices: options.cloudDevices } }),
  });
  if (!ending.came) announce(options, modem);
  const failure = await ending.reached;
  await modem.close();
  await lines.flushed();
  if (failure !== undefined) throw failure;
}

/** Opens the file of the non-volatile memory. Its code is loaded only then. */
async function memoryIn(path: string, log: Log): Promise<NvmStore> {
  const { openNvmFile } = await import("../net/storage/nvm-file.js");
  return openNvmFile(path, (line) => log.warn(line));
}

/** Reads the scenarios. Their code is loaded only then. */
async function scenariosOf(names: readonly string[]): Promise<readonly Scenario[]> {
  if (names.length === 0) return [];
  const { loadScenario } = await import("../net/storage/scenario-file.js");
  return Promise.all(names.map(loadScenario));
}

/** The opening functions of the front ends. Each reports the end of its front end. */
function openers(options: Options, ending: Ending): Promise<readonly OpenPort[]> {
  const quiet = new QuietWatch();
  return Promise.all(
    options.frontEnds.map(async (frontEnd) => {
      const open = quiet.watch(await openerOf(frontEnd, options.baud));
      return (events) =>
        open({
          onBytes: (bytes) => events.onBytes(bytes),
          onChange(change) {
            events.onChange(change);
            if (change.kind === "ended") frontEndEnded(frontEnd, options, quiet, ending);
          },
        });
    }),
  );
}

/**
 * Who has piped commands in waits for their answers; who has pressed Ctrl-] does not. The end of piped input ends nothing
 * where hosts may attach elsewhere.
 */
function frontEndEnded({ kind }: FrontEnd, { frontEnds, typed }: Options, quiet: QuietWatch, ending: Ending): void {
  if (kind === "pty") ending.end(new UserError("the pseudo-terminal is gone, and the system gives no new one"));
  else if (typed) ending.end();
  else if (frontEnds.length === 1) quiet.wait().then(() => ending.end());
}

/** Prints the ready message, on stderr where stdout is the serial line. */
function announce({ frontEnds, json, typed }: Options, { ports, broker }: RunningModem): void {
  const open = frontEnds.map((frontEnd, index) => ({ frontEnd, at: ports[index]?.path ?? "" }));
  const running = { open, broker: broker?.address, typed };
  const onStdio = frontEnds.some(({ kind }) => kind === "stdio");
  const out = onStdio ? process.stderr : process.stdout;
  if (json) out.write(`${readyJson(running)}\n`);
  else if (typed || !onStdio || frontEnds.length > 1) out.write(`${readyText(running)}\n`);
}
