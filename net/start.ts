import { Modem } from "../emulator/modem.js";
import type { Profile } from "../emulator/profile.js";
import { bc28 } from "../emulator/profiles/bc28.js";
import { type BrokerOptions, type EmbeddedBroker, startBroker } from "./broker.js";
import { type Clock, systemClock } from "./clock.js";
import { createDialer } from "./dialer.js";
import { Log } from "./log.js";
import { type Mapping, mapName } from "./name-map.js";
import { Loop } from "./run.js";
import type { PortChange, PortEvents, SerialPort } from "./serial.js";

/** Opens a front end, with what it calls when something comes. */
export type OpenPort = (events: PortEvents) => SerialPort | Promise<SerialPort>;

/** How a modem is started. */
export interface StartOptions {
  /** Left out: the BC28 of the application note. */
  readonly profile?: Profile;
  /** The front ends; several share the module's one UART. */
  readonly ports?: readonly OpenPort[];
  /** Left out: the machine's clock. */
  readonly clock?: Clock;
  /** Where randomness starts from. Left out: 0. */
  readonly seed?: number;
  /** Given: an embedded broker is started, and every name that no mapping names leads to it. */
  readonly broker?: BrokerOptions;
  readonly mappings?: readonly Mapping[];
  /** Left out: nothing is logged. */
  readonly log?: Log;
  /** A front end told something about itself. */
  readonly onPortChange?: (change: PortChange) => void;
}

/** A modem that runs. */
export interface RunningModem {
  readonly ports: readonly SerialPort[];
  readonly broker: EmbeddedBroker | undefined;
  /** Sends DISCONNECT where there is somebody to send it to, and closes all that the start has opened. */
  close(): Promise<void>;
}

/** How long a link may take to bring its last bytes away, in ms of real time. */
const farewell = 500;

/** Starts a modem: wires profile, front ends, clock, dialer and broker. Throws a UserError and leaves nothing open. */
export async function startModem(options: StartOptions = {}): Promise<RunningModem> {
  const log = options.log ?? new Log("silent", () => {});
  const broker =
    options.broker && (await startBroker({ log: (line) => log.info(`broker: ${line}`), ...options.broker }));
  const dialer = createDialer({
    resolve: (host, port) => mapName(options.mappings ?? [], broker, host, port),
  });
  const modem = new Modem({ profile: options.profile ?? bc28, seed: options.seed ?? 0 });
  const loop = new Loop({
    modem,
    clock: options.clock ?? systemClock(),
    dial: dialer.dial,
    trace: (event) => log.event(event),
  });
  const onChange = (change: PortChange): void => {
    logChange(log, change);
    options.onPortChange?.(change);
  };
  const ports: SerialPort[] = [];
  const close = async (): Promise<void> => {
    loop.powerDown();
    await dialer.close(farewell);
    await Promise.all(ports.map((port) => port.close()));
    await broker?.close();
  };
  try {
    for (const open of options.ports ?? []) {
      const port = await open(loop.events(onChange));
      ports.push(port);
      loop.join(port);
    }
  } catch (error) {
    await close();
    throw error;
  }
  loop.powerUp();
  return { ports, broker, close };
}

function logChange(log: Log, change: PortChange): void {
  if (change.kind === "dropped") log.info(`uart! ${change.bytes} bytes to the host were lost: nobody reads`);
  else if (change.kind === "path") log.warn(`port= hosts attach at ${change.path} now`);
  else if (change.kind === "speed") log.info(`port= ${change.speed} baud`);
  else log.info(`port= ${change.kind}`);
}
