import type { Reset } from "../emulator/border.js";
import { Modem } from "../emulator/modem.js";
import type { Profile } from "../emulator/profile.js";
import { bc28 } from "../emulator/profiles/bc28.js";
import type { RadioChange } from "../emulator/radio.js";
import type { DownReason } from "../mqtt/session.js";
import { type BrokerOptions, type EmbeddedBroker, startBroker } from "./broker.js";
import { createCalls } from "./calls.js";
import { type Clock, systemClock } from "./clock.js";
import { createDialer } from "./dialer.js";
import { Log } from "./log.js";
import { type Mapping, mapName } from "./name-map.js";
import type { NvmStore } from "./nvm-file.js";
import { Owed } from "./owed.js";
import { PortLog } from "./port-log.js";
import { Loop } from "./run.js";
import type { PortChange, PortEvents, SerialPort } from "./serial.js";
import { type Baud, openUart } from "./uart/uart.js";

/** Opens a front end, with what it calls when something comes. */
export type OpenPort = (events: PortEvents) => SerialPort | Promise<SerialPort>;

/** How a modem is started. */
export interface StartOptions {
  /** Left out: the BC28 of the application note. */
  readonly profile?: Profile;
  /** The front ends; several share the module's one UART. */
  readonly ports?: readonly OpenPort[];
  /**
   * Gives the lines to the front ends a speed: bytes take their time, and are garbled where the host's speed is not the
   * module's (AT+NATSPEED). A number is the host's speed, in bits per second; `host` is what the host of each front end
   * has set, and until then the module's. Left out: all bytes arrive at once, whatever speed is set.
   */
  readonly baud?: Baud;
  /** Left out: the machine's clock. With a `manualClock()` time stands still until `advance`, and the embedded broker is reached without a socket. */
  readonly clock?: Clock;
  /** Where randomness starts from: with the same seed, what takes time takes the same times. Left out: 0. */
  readonly seed?: number;
  /** Keeps the non-volatile memory, for instance `openNvmFile(path)`. Left out: it begins as from the factory, and is lost. */
  readonly nvm?: NvmStore;
  /** Calendar time when the clock is at 0, in ms as Date has it. Left out: the clock now tells the machine's time. */
  readonly epochAtStart?: number;
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
  /** What the world does to the module: coverage, SIM and network come and go, somebody resets it. */
  change(change: RadioChange | Reset): void;
  /** The network drops the connection to the broker: the module learns it for that reason, the broker by RST. Left out: `reset`. */
  cut(reason?: DownReason): void;
  /** Sends DISCONNECT where there is somebody to send it to, and closes all that the start has opened. */
  close(): Promise<void>;
}

/** How long a link may take to bring its last bytes away, in ms of real time. */
const farewell = 500;

/** Starts a modem: wires profile, front ends, clock, memory, dialer, calls and broker. Throws a UserError and leaves nothing open. */
export async function startModem(options: StartOptions = {}): Promise<RunningModem> {
  const log = options.log ?? new Log("silent", () => {});
  const clock = options.clock ?? systemClock();
  const epochAtStart = options.epochAtStart ?? Date.now() - clock.now();
  const broker =
    options.broker &&
    (await startBroker({
      log: (line) => log.info(`broker: ${line}`),
      warn: (line) => log.warn(`broker: ${line}`),
      time: () => epochAtStart + clock.now(),
      ...options.broker,
    }));
  const { movement } = clock;
  const mappings = options.mappings ?? [];
  const dialer = createDialer({ resolve: (host, port) => mapName(mappings, broker, host, port), movement, broker });
  const calls = createCalls({
    connect: dialer.connect,
    resolve: (host) => nameTo(mappings, broker, host),
    movement,
  });
  const owed = new Owed();
  const forgive = movement?.awaiting(() => owed.isAny);
  // Bytes that travel by the module's clock must not come too late for it, however slowly it runs.
  const hostSpeed = options.baud === undefined ? clock.speed : Math.max(clock.speed, 1);
  const profile = inHostTime(options.profile ?? bc28, hostSpeed);
  const modem = new Modem({
    profile,
    seed: options.seed ?? 0,
    epochAtStart,
    ...(options.nvm && { nvm: options.nvm.nvm }),
  });
  const loop = new Loop({
    modem,
    clock,
    dial: dialer.dial,
    calls,
    keep: (nvm) => options.nvm?.save(nvm),
    trace(event) {
      owed.note(event);
      log.event(event);
    },
  });
  const { baud } = options;
  const ports: SerialPort[] = [];
  const close = async (): Promise<void> => {
    loop.powerDown();
    forgive?.();
    calls.close();
    await Promise.all([options.nvm?.flush(), dialer.close(farewell)]);
    await Promise.all(ports.map((port) => port.close()));
    await broker?.close();
  };
  try {
    const openers = options.ports ?? [];
    for (const [at, open] of openers.entries()) {
      const portLog = new PortLog(log, { alone: openers.length === 1 });
      const onChange = (change: PortChange): void => {
        portLog.tell(change, ports[at]?.path ?? "a port");
        options.onPortChange?.(change);
      };
      const events = loop.events(onChange);
      const port = await (baud === undefined
        ? open(events)
        : openUart(open, events, { baud, clock, warn: (line) => log.warn(line) }));
      ports.push(port);
      loop.join(port);
    }
  } catch (error) {
    await close();
    throw error;
  }
  loop.powerUp();
  const change = (what: RadioChange | Reset): void => loop.tell({ from: "world", change: what });
  const cut = (reason: DownReason = "reset"): void => loop.cut(reason);
  return { ports, broker, change, cut, close };
}

/** What is waited for from a host is waited for in the host's time, however fast the module's clock runs. */
function inHostTime(profile: Profile, speed: number): Profile {
  const { lfGrace, urcHold, entryTimeout } = profile.quirks;
  const spans = { lfGrace: lfGrace * speed, urcHold: urcHold * speed, entryTimeout: entryTimeout * speed };
  return { ...profile, quirks: { ...profile.quirks, ...spans } };
}

/** Where a name leads when no port is asked for; a broker that listens everywhere is on this machine. */
function nameTo(mappings: readonly Mapping[], broker: EmbeddedBroker | undefined, host: string): string {
  const leads = mapName(mappings, broker, host, 0).host;
  return leads === "0.0.0.0" || leads === "::" ? "127.0.0.1" : leads;
}
