import { scaledClock, systemClock } from "../net/clock.js";
import { Log } from "../net/log.js";
import { openNvmFile } from "../net/nvm-file.js";
import { type OpenPort, type RunningModem, startModem } from "../net/start.js";
import { UserError } from "../net/user-error.js";
import type { Ending } from "./ending.js";
import { LogLines } from "./log-lines.js";
import type { Options } from "./options.js";
import { QuietWatch } from "./quiet-watch.js";
import { type Running, readyJson, readyText } from "./ready.js";

/** Runs the module until a signal, or the end of its input. Throws a UserError when it cannot start, or cannot go on. */
export async function serve(options: Options, ending: Ending): Promise<void> {
  const lines = new LogLines();
  const quiet = new QuietWatch();
  const clock = options.timeScale === 1 ? systemClock() : scaledClock(options.timeScale);
  const log = new Log(options.logLevel, (line) => lines.write(line), clock);
  const modem = await startModem({
    profile: options.profile,
    ports: [quiet.watch(await frontEnd(options))],
    clock,
    seed: options.seed,
    ...(options.baud === undefined ? {} : { baud: options.baud }),
    mappings: options.mappings,
    log,
    ...(options.nvm === undefined ? {} : { nvm: openNvmFile(options.nvm, (line) => log.warn(line)) }),
    onPortChange: ({ kind }) => kind === "ended" && portEnded(options, quiet, ending),
    ...(options.brokerPort === undefined ? {} : { broker: { port: options.brokerPort } }),
  });
  if (!ending.came) announce(options, modem);
  const failure = await ending.reached;
  await modem.close();
  await lines.flushed();
  if (failure !== undefined) throw failure;
}

/** Loads only the front end that is asked for: node-pty's binding is not needed for the others. */
async function frontEnd({ frontEnd, link, device, baud }: Options): Promise<OpenPort> {
  if (device !== undefined) {
    const { openDevice } = await import("../net/device.js");
    const speed = typeof baud === "number" ? { speed: baud } : {};
    return (events) => openDevice({ path: device, ...speed }, events);
  }
  if (frontEnd === "stdio") {
    const { openStdio } = await import("../net/stdio.js");
    return (events) => openStdio({}, events);
  }
  const { openPty } = await import("../net/pty.js");
  const named = link === undefined ? {} : { link };
  return (events) => openPty({ ...named, followSpeed: baud === "host" }, events);
}

/** Who has piped commands in waits for their answers; who has pressed Ctrl-] does not. */
function portEnded({ frontEnd, typed }: Options, quiet: QuietWatch, ending: Ending): void {
  if (frontEnd === "pty") ending.end(new UserError("the pseudo-terminal is gone, and the system gives no new one"));
  else if (typed) ending.end();
  else quiet.wait().then(() => ending.end());
}

/** Says that the module is ready; on stderr where stdout is the serial line. */
function announce({ frontEnd, link, device, json, typed }: Options, { ports, broker }: RunningModem): void {
  const onPty = frontEnd === "pty";
  const running: Running = {
    ...(onPty && ports[0] !== undefined ? { pty: ports[0].path } : {}),
    ...(link === undefined ? {} : { link }),
    ...(device === undefined ? {} : { device }),
    ...(broker === undefined ? {} : { broker: broker.address }),
  };
  const out = frontEnd === "stdio" ? process.stderr : process.stdout;
  if (json) out.write(`${readyJson(running)}\n`);
  else if (frontEnd !== "stdio" || typed) out.write(`${readyText(running)}\n`);
}
