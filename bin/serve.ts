import type { Scenario } from "../emulator/faults/language/scenario.js";
import { Log } from "../net/log.js";
import { LogLines } from "../net/log-output.js";
import type { OpenPort } from "../net/serial.js";
import { type RunningModem, startModem } from "../net/start.js";
import type { NvmStore } from "../net/storage/nvm-file.js";
import { type Clock, scaledClock } from "../net/time/clock.js";
import { manualClock } from "../net/time/manual-clock.js";
import { atMost } from "../net/time/real-time.js";
import { traceHeader } from "../net/trace/trace-header.js";
import { UserError } from "../net/user-error.js";
import packageJson from "../package.json" with { type: "json" };
import { tell } from "./complain.js";
import type { Ending } from "./ending.js";
import { openEvidence, wantsEvidence } from "./evidence.js";
import { type FrontEnd, openerOf } from "./front-ends.js";
import type { ControlAddress, Options } from "./options.js";
import { QuietWatch } from "./quiet-watch.js";
import { type OpenFrontEnd, readyJson, readyText } from "./ready.js";
import { openBrowser, windowUrl } from "./window.js";

/** How long the module may take to close before what it has done is written, in ms of real time. */
const maxCloseMs = 5000;

/** A module that runs, with everything around it. */
export interface Run {
  readonly modem: RunningModem;
  /** The control port; undefined: there is none. */
  readonly control: { readonly url: string; readonly token: string | undefined } | undefined;
  /**
   * Closes everything, and writes what the run leaves behind. Resolves with the exit code: 3 where the host did what --fail-on
   * names. Rejects with a UserError (code 1) where something could not be written.
   */
  close(): Promise<0 | 3>;
}

/** Starts a module and its control port. Throws a UserError when it cannot start. */
export async function start(options: Options, ending: Ending): Promise<Run> {
  const lines = new LogLines();
  const clock = options.isManual ? manualClock() : scaledClock(options.timeScale);
  const log = new Log(options.logLevel, (line, tone) => lines.write(line, tone), clock);
  const evidence = await openEvidence(options, log);
  if (evidence !== undefined) ending.hasToWrite();
  try {
    const modem = await modemWith(options, { clock, log, ending });
    const control =
      options.control &&
      (await controlPort(options.control, options, { modem, clock, log, ending }).catch(async (error) => {
        await modem.close();
        throw error;
      }));
    await evidence?.watch(modem);
    return {
      modem,
      control,
      async close() {
        evidence?.judge(clock.now());
        const closed = Promise.resolve(control?.close()).then(() => modem.close());
        await (evidence === undefined ? closed : atMost(maxCloseMs, closed));
        try {
          await evidence?.close();
        } finally {
          await lines.flushed();
          for (const failure of evidence?.failures ?? []) tell(failure);
        }
        return evidence === undefined || evidence.failures.length === 0 ? 0 : 3;
      },
    };
  } catch (error) {
    await evidence?.discard();
    await lines.flushed();
    throw error;
  }
}

/** Starts the module. */
async function modemWith(options: Options, { clock, log, ending }: Omit<ControlParts, "modem">): Promise<RunningModem> {
  return startModem({
    profile: options.profile,
    ports: await openers(options, ending),
    clock,
    seed: options.seed,
    ...(options.baud === undefined ? {} : { baud: options.baud }),
    mappings: options.mappings,
    offline: options.offline,
    faults: options.faults,
    scenarios: await scenariosOf(options.scenarios),
    record: options.showsSecrets
      ? "with secrets"
      : options.control !== undefined || wantsEvidence(options) || log.wantsFindings,
    log,
    ...(options.nvm === undefined ? {} : { nvm: await memoryIn(options.nvm, log) }),
    ...(options.brokerPort === undefined
      ? {}
      : { broker: { port: options.brokerPort, cloudDevices: options.cloudDevices } }),
  });
}

/**
 * Runs the module until a signal, or the end of its input. Resolves with the exit code. Throws a UserError when it cannot start,
 * or cannot go on.
 */
export async function serve(options: Options, ending: Ending): Promise<0 | 3> {
  const run = await start(options, ending);
  if (!ending.came) announce(options, run);
  const failure = await ending.reached;
  const code = await run.close();
  if (failure !== undefined) throw failure;
  return code;
}

/** What the control port stands on. */
interface ControlParts {
  readonly modem: RunningModem;
  readonly clock: Clock;
  readonly log: Log;
  readonly ending: Ending;
}

/** Opens the control port. Its code is loaded only then. */
async function controlPort(
  { host, port, token }: ControlAddress,
  options: Options,
  { modem, clock, log, ending }: ControlParts,
) {
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
    header: traceHeader(options),
    stop: ending.isPassedOn ? undefined : () => ending.end(),
  });
  const server = await startControlServer(control, { host, port, token: needed, log });
  return { url: server.url, token: needed, close: () => server.close() };
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
 * Handles the end of a front end's input. Ctrl-] ends the run at once. The end of piped input ends it when the answers have
 * come, and only if hosts cannot attach elsewhere.
 */
function frontEndEnded({ kind }: FrontEnd, { frontEnds, typed }: Options, quiet: QuietWatch, ending: Ending): void {
  if (kind === "pty") ending.end(new UserError("the pseudo-terminal is gone, and the system gives no new one"));
  else if (typed) ending.end();
  else if (frontEnds.length === 1) quiet.wait().then(() => ending.end());
}

/** Prints the ready message, on stderr where stdout is the serial line. */
function announce(options: Options, { modem, control }: Run): void {
  const { frontEnds, json, typed } = options;
  const open = placesOf(frontEnds, modem);
  const window = options.window && control && windowUrl(control.url);
  const running = { open, broker: modem.broker?.address, control: control?.url, window, typed };
  const onStdio = frontEnds.some(({ kind }) => kind === "stdio");
  const out = onStdio ? process.stderr : process.stdout;
  if (json) out.write(`${readyJson(running)}\n`);
  else if (typed || window !== undefined || !onStdio || frontEnds.length > 1) out.write(`${readyText(running)}\n`);
  if (options.window === "opened" && window !== undefined) openBrowser(window);
}

/** The front ends with the path or address of each. */
export const placesOf = (
  frontEnds: readonly FrontEnd[],
  { ports }: Pick<RunningModem, "ports">,
): readonly OpenFrontEnd[] => frontEnds.map((frontEnd, index) => ({ frontEnd, at: ports[index]?.path ?? "" }));
