import type { Scenario } from "../emulator/faults/language/scenario.js";
import { Log } from "../net/log.js";
import { LogLines } from "../net/log-output.js";
import { type OpenPort, withWriteHook } from "../net/serial.js";
import { type RunningModem, startModem } from "../net/start.js";
import type { NvmStore } from "../net/storage/nvm-file.js";
import { type Clock, scaledClock } from "../net/time/clock.js";
import { manualClock } from "../net/time/manual-clock.js";
import type { TraceFile } from "../net/trace/trace-file.js";
import { UserError } from "../net/user-error.js";
import packageJson from "../package.json" with { type: "json" };
import type { Ending } from "./exit.js";
import { type FrontEnd, openerOf } from "./front-ends.js";
import type { ControlAddress, Options } from "./options.js";
import { type OpenFrontEnd, readyJson, readyText } from "./ready.js";

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

/** A module that runs, with everything around it. */
export interface Run {
  readonly modem: RunningModem;
  /** The control port; undefined: there is none. */
  readonly control: { readonly url: string; readonly token: string | undefined } | undefined;
  /** Closes everything. */
  close(): Promise<void>;
}

/** Starts a module and its control port. Throws a UserError when it cannot start. */
export async function start(options: Options, ending: Ending): Promise<Run> {
  const lines = new LogLines();
  const clock = options.isManual ? manualClock() : scaledClock(options.timeScale);
  const log = new Log(options.logLevel, (line, tone) => lines.write(line, tone), clock);
  const modem = await startModem({
    profile: options.profile,
    ports: await openers(options, ending),
    clock,
    seed: options.seed,
    ...(options.baud === undefined ? {} : { baud: options.baud }),
    mappings: options.mappings,
    offline: options.offline,
    faults: options.faults,
    scenarios: await scenariosOf(options.scenarios),
    record: options.showsSecrets ? "with secrets" : options.control !== undefined || options.trace !== undefined,
    log,
    ...(options.nvm === undefined ? {} : { nvm: await memoryIn(options.nvm, log) }),
    ...(options.brokerPort === undefined
      ? {}
      : { broker: { port: options.brokerPort, cloudDevices: options.cloudDevices } }),
  });
  let trace: TraceFile | undefined;
  const close = async (): Promise<void> => {
    await modem.close();
    await trace?.close();
    await lines.flushed();
  };
  try {
    if (options.trace !== undefined) trace = await traceIn(options.trace, options, { modem, log });
    const control = options.control && (await controlPort(options.control, { modem, clock, log, ending }));
    return {
      modem,
      control,
      async close() {
        await control?.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs the module until a signal, or the end of its input. Throws a UserError when it cannot start, or cannot go on. */
export async function serve(options: Options, ending: Ending): Promise<void> {
  const run = await start(options, ending);
  if (!ending.came) announce(options, run);
  const failure = await ending.reached;
  await run.close();
  if (failure !== undefined) throw failure;
}

/** What the control port stands on. */
interface ControlParts {
  readonly modem: RunningModem;
  readonly clock: Clock;
  readonly log: Log;
  readonly ending: Ending;
}

/** Opens the control port. Its code is loaded only then. */
async function controlPort({ host, port, token }: ControlAddress, { modem, clock, log, ending }: ControlParts) {
  const [{ Control }, { startControlServer }, { tokenFor }] = await Promise.all([
    import("../net/control/control.js"),
    import("../net/control/http-server.js"),
    import("../net/control/guard.js"),
  ]);
  const needed = tokenFor(host, token, (made) => log.warn(`control: requests need Authorization: Bearer ${made}`));
  const control = new Control({
    modem,
    clock,
    version: packageJson.version,
    stop: ending.isPassedOn ? undefined : () => ending.end(),
  });
  const server = await startControlServer(control, { host, port, token: needed, log });
  return { url: server.url, token: needed, close: () => server.close() };
}

/** Makes the file of the trace, and writes every event of the run there. Its code is loaded only then. */
async function traceIn(
  path: string,
  options: Options,
  { modem: { events }, log }: Pick<ControlParts, "modem" | "log">,
): Promise<TraceFile> {
  const { openTraceFile } = await import("../net/trace/trace-file.js");
  const { profile, seed, timeScale, faults, scenarios } = options;
  const { name, quirks, timing } = profile;
  const secrets = options.showsSecrets ? ({ secrets: true } as const) : {};
  const run = { program: packageJson.version, profile: name, quirks, timing, seed, timeScale, faults, scenarios };
  const trace = await openTraceFile(path, { ...run, ...secrets }, (line) => log.warn(line));
  for (const event of events.read(0)) trace.write(event);
  events.listen((event) => trace.write(event));
  return trace;
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
function announce({ frontEnds, json, typed }: Options, { modem, control }: Run): void {
  const open = placesOf(frontEnds, modem);
  const running = { open, broker: modem.broker?.address, control: control?.url, typed };
  const onStdio = frontEnds.some(({ kind }) => kind === "stdio");
  const out = onStdio ? process.stderr : process.stdout;
  if (json) out.write(`${readyJson(running)}\n`);
  else if (typed || !onStdio || frontEnds.length > 1) out.write(`${readyText(running)}\n`);
}

/** The front ends with the path or address of each. */
export const placesOf = (
  frontEnds: readonly FrontEnd[],
  { ports }: Pick<RunningModem, "ports">,
): readonly OpenFrontEnd[] => frontEnds.map((frontEnd, index) => ({ frontEnd, at: ports[index]?.path ?? "" }));
