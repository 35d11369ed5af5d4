import { scaledClock, systemClock } from "../net/clock.js";
import { Log } from "../net/log.js";
import { type OpenPort, type RunningModem, startModem } from "../net/start.js";
import type { Options } from "./options.js";
import { type Running, readyJson, readyText } from "./ready.js";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the module until a signal, or the end of its input. Throws a UserError when it cannot start. */
export async function serve(options: Options): Promise<void> {
  const log = new Log(options.logLevel, (line) => process.stderr.write(`${line}\n`));
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const signal of signals) process.on(signal, end);
  const modem = await startModem({
    profile: options.profile,
    ports: [await frontEnd(options)],
    clock: options.timeScale === 1 ? systemClock() : scaledClock(options.timeScale),
    seed: options.seed,
    mappings: options.mappings,
    log,
    onPortChange: ({ kind }) => kind === "ended" && end(),
    ...(options.brokerPort === undefined ? {} : { broker: { port: options.brokerPort } }),
  });
  announce(options, modem);
  await ended;
  await modem.close();
  for (const signal of signals) process.off(signal, end);
}

/** Loads only the front end that is asked for: node-pty's binding is not needed for the others. */
async function frontEnd({ frontEnd, link }: Options): Promise<OpenPort> {
  if (frontEnd === "stdio") {
    const { openStdio } = await import("../net/stdio.js");
    return (events) => openStdio({}, events);
  }
  const { openPty } = await import("../net/pty.js");
  return (events) => openPty(link === undefined ? {} : { link }, events);
}

/** Says that the module is ready; on stderr where stdout is the serial line. */
function announce({ frontEnd, link, json }: Options, { ports, broker }: RunningModem): void {
  const onPty = frontEnd === "pty";
  const running: Running = {
    ...(onPty && ports[0] !== undefined ? { pty: ports[0].path } : {}),
    ...(link === undefined ? {} : { link }),
    ...(broker === undefined ? {} : { broker: broker.address }),
  };
  const out = onPty ? process.stdout : process.stderr;
  if (json) out.write(`${readyJson(running)}\n`);
  else if (onPty || process.stdin.isTTY) out.write(`${readyText(running)}\n`);
}
