import type { Reset } from "../emulator/io.js";
import { Modem } from "../emulator/modem.js";
import { bc28 } from "../emulator/profile/bc28.js";
import type { Profile } from "../emulator/profile/profile.js";
import type { RadioChange } from "../emulator/radio/radio.js";
import type { DownReason } from "../mqtt/session.js";
import type { BrokerOptions, EmbeddedBroker } from "./broker/broker.js";
import type { Mapping } from "./link/name-map.js";
import { Log } from "./log.js";
import { openNetwork } from "./network.js";
import { Ports } from "./ports/ports.js";
import type { Baud } from "./ports/uart/uart.js";
import { Loop } from "./run.js";
import type { OpenPort, PortChange, SerialPort } from "./serial.js";
import type { NvmStore } from "./storage/nvm-file.js";
import { type Clock, systemClock } from "./time/clock.js";

/** How a modem is started. */
export interface StartOptions {
  /** Left out: the BC28 of the application note. */
  readonly profile?: Profile;
  /** The front ends; several share the module's one UART. */
  readonly ports?: readonly OpenPort[];
  /** Front ends that `baud` leaves alone, for those who look on: they are opened first. */
  readonly direct?: readonly OpenPort[];
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

/** Starts a modem: wires profile, memory, clock, network and front ends. Throws a UserError and leaves nothing open. */
export async function startModem(options: StartOptions = {}): Promise<RunningModem> {
  const { log = new Log("silent", () => {}), clock = systemClock(), mappings = [], nvm, baud } = options;
  const epochAtStart = options.epochAtStart ?? Date.now() - clock.now();
  const network = await openNetwork({ broker: options.broker, mappings, clock, epochAtStart, log });
  const modem = new Modem({
    profile: inHostTime(options.profile ?? bc28, hostSpeed(clock, baud)),
    seed: options.seed ?? 0,
    epochAtStart,
    isTraced: log.wantsTrace || clock.movement !== undefined,
    ...(nvm && { nvm: nvm.nvm }),
  });
  const loop = new Loop({
    modem,
    clock,
    dial: network.dial,
    requests: network.requests,
    keep: (kept) => nvm?.save(kept),
    trace(event) {
      network.note(event);
      log.event(event);
    },
  });
  const ports = new Ports(loop, { clock, log, baud, onPortChange: options.onPortChange });
  const close = async (): Promise<void> => {
    loop.powerDown();
    await Promise.all([nvm?.flush(), network.hangUp()]);
    await ports.close();
    await network.close();
  };
  try {
    await ports.open(options.direct ?? [], options.ports ?? []);
  } catch (error) {
    await close();
    throw error;
  }
  loop.powerUp();
  const change = (what: RadioChange | Reset): void => loop.tell({ from: "world", change: what });
  const cut = (reason: DownReason = "reset"): void => loop.cut(reason);
  return { ports: ports.list, broker: network.broker, change, cut, close };
}

/** Bytes that travel by the module's clock must not come too late for it, however slowly it runs. */
const hostSpeed = ({ speed }: Clock, baud: Baud | undefined): number =>
  baud === undefined ? speed : Math.max(speed, 1);

/** What is waited for from a host is waited for in the host's time, however fast the module's clock runs. */
function inHostTime(profile: Profile, speed: number): Profile {
  const { lfGrace, urcHold, entryTimeout } = profile.quirks;
  const spans = { lfGrace: lfGrace * speed, urcHold: urcHold * speed, entryTimeout: entryTimeout * speed };
  return { ...profile, quirks: { ...profile.quirks, ...spans } };
}
