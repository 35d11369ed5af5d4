import { FaultyModem } from "../emulator/faults/faulty-modem.js";
import type { Scenario } from "../emulator/faults/language/scenario.js";
import { bc28 } from "../emulator/profile/bc28.js";
import type { Profile } from "../emulator/profile/profile.js";
import type { BrokerOptions } from "./broker/broker.js";
import { sentencesOf } from "./faults.js";
import type { Mapping } from "./link/name-map.js";
import { Log } from "./log.js";
import { openNetwork } from "./network.js";
import type { Baud } from "./ports/uart/uart.js";
import { Running, type RunningModem } from "./running.js";
import type { OpenPort, PortChange } from "./serial.js";
import type { NvmStore } from "./storage/nvm-file.js";
import { type Clock, systemClock } from "./time/clock.js";

export type { RunningModem };

/** How a modem is started. All options may be left out. */
export interface StartOptions {
  /** The variant of the module. Left out: the BC28 of the application note. */
  readonly profile?: Profile;
  /** Functions that open the front ends, for instance `(events) => openTcp({ port: 0 }, events)`. They share the one UART. */
  readonly ports?: readonly OpenPort[];
  /** Front ends without a speed, whatever `baud` says; they are opened before `ports`. */
  readonly direct?: readonly OpenPort[];
  /**
   * The host's speed on the lines of `ports`, in bits per second; `host` is the speed that each host has set, and the
   * module's until then. Bytes take the time of their bits, and arrive garbled where the module's speed (AT+NATSPEED) is a
   * different one. Left out: all bytes arrive at once, whatever speeds are set.
   */
  readonly baud?: Baud;
  /**
   * The module's clock. Left out: `systemClock()`. With a `manualClock()` time stands still until `advance`, and the module
   * reaches the embedded broker without a socket.
   */
  readonly clock?: Clock;
  /** The seed of all random choices: with the same seed, everything takes the same time. A whole number. Left out: 0. */
  readonly seed?: number;
  /** Keeps the non-volatile memory, for instance `openNvmFile(path)`. Left out: it starts as from the factory and is lost. */
  readonly nvm?: NvmStore;
  /** Calendar time when the clock is at 0, in ms since 1970 as `Date` counts them. Left out: it is now the machine's time. */
  readonly epochAtStart?: number;
  /** Starts an embedded broker, to which every name leads that has no mapping. Left out: there is none. */
  readonly broker?: BrokerOptions;
  /** Where connections to some names go instead; the first one that matches counts. */
  readonly mappings?: readonly Mapping[];
  /**
   * Lets nothing leave this machine: what is neither loopback nor mapped has no route, and a line of the log says so. Left
   * out: no.
   */
  readonly offline?: boolean;
  /**
   * What goes wrong, from power-up on: sentences such as `lose 2 PUBACK`, see docs/faults.md. What acts at once acts before
   * the banner.
   */
  readonly faults?: readonly string[];
  /** Scenarios that begin at power-up, for instance `await loadScenario("nat-timeout")`. */
  readonly scenarios?: readonly Scenario[];
  /** Keeps the events of the run, for `RunningModem.events`; secrets are masked, or not. Left out: no. */
  readonly record?: boolean | "with secrets";
  /** Gets all events. Left out: nothing is logged. */
  readonly log?: Log;
  /** Called when a front end reports something, after its line in the log. */
  readonly onPortChange?: (change: PortChange) => void;
}

/**
 * Starts a modem: connects profile, memory, clock, network and front ends. Rejects with a UserError if the broker or a front
 * end cannot be opened, or a fault cannot be understood; then nothing is left open.
 */
export async function startModem(options: StartOptions = {}): Promise<RunningModem> {
  const {
    log = new Log("silent", () => {}),
    clock = systemClock(),
    mappings = [],
    offline = false,
    nvm,
    baud,
  } = options;
  const epochAtStart = options.epochAtStart ?? Date.now() - clock.now();
  const faults = sentencesOf(options.faults ?? []);
  const firstNvm = nvm?.nvm;
  const network = await openNetwork({ broker: options.broker, mappings, offline, clock, epochAtStart, log });
  const parts = { clock, log, network, nvm, baud, record: options.record ?? false, onPortChange: options.onPortChange };
  const newModem = (): FaultyModem =>
    new FaultyModem({
      profile: inHostTime(options.profile ?? bc28, hostTimeFactor(clock, baud)),
      seed: options.seed ?? 0,
      epochAtStart,
      faults,
      scenarios: options.scenarios ?? [],
      showsSecrets: options.record === "with secrets",
      isTraced: parts.record !== false || log.wantsTrace || clock.quiescence !== undefined,
      ...(firstNvm && { nvm: firstNvm }),
    });
  const running = new Running(parts, newModem);
  try {
    await running.open(options.direct ?? [], options.ports ?? []);
  } catch (error) {
    await running.close();
    throw error;
  }
  running.powerUp();
  return running;
}

/**
 * How many ms of the module's clock pass in one ms of the host's time-outs. At least 1 on a line with a speed: its bytes
 * travel by the module's clock, and a slow one must not bring them too late.
 */
const hostTimeFactor = ({ speed }: Clock, baud: Baud | undefined): number =>
  baud === undefined ? speed : Math.max(speed, 1);

/** The profile with its time-outs for the host multiplied, so that they last as long for the host at any clock speed. */
function inHostTime(profile: Profile, factor: number): Profile {
  if (factor === 1) return profile; // shared by all modems of a process
  const { lfGrace, urcHold, entryTimeout } = profile.quirks;
  const spans = { lfGrace: lfGrace * factor, urcHold: urcHold * factor, entryTimeout: entryTimeout * factor };
  return { ...profile, quirks: { ...profile.quirks, ...spans } };
}
