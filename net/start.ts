import { FaultyModem } from "../emulator/faults/faulty-modem.js";
import type { Scenario } from "../emulator/faults/language/scenario.js";
import type { WorldChange } from "../emulator/io.js";
import { bc28 } from "../emulator/profile/bc28.js";
import type { Profile } from "../emulator/profile/profile.js";
import type { DownReason } from "../mqtt/session.js";
import type { BrokerOptions, EmbeddedBroker } from "./broker/broker.js";
import { type FaultControl, faultControl, sentencesOf } from "./faults.js";
import type { Mapping } from "./link/name-map.js";
import { Log } from "./log.js";
import { type ModuleState, moduleState } from "./module-state.js";
import { openNetwork } from "./network.js";
import { Ports } from "./ports/ports.js";
import type { Baud } from "./ports/uart/uart.js";
import { Loop } from "./run.js";
import type { OpenPort, PortChange, SerialPort } from "./serial.js";
import type { NvmStore } from "./storage/nvm-file.js";
import { type Clock, systemClock } from "./time/clock.js";
import { TlsHint } from "./tls-hint.js";
import { EventLog } from "./trace/event-log.js";
import { sizeOf, toldOf, toldOfPort } from "./trace/recorded-event.js";

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
   * What goes wrong, from power-up on: sentences such as `lose 2 PUBACK`, see docs/faults.md. What acts at once acts before
   * the banner.
   */
  readonly faults?: readonly string[];
  /** Scenarios that begin at power-up, for instance `await loadScenario("nat-timeout")`. */
  readonly scenarios?: readonly Scenario[];
  /** Keeps the events of the run, for `RunningModem.events`. Left out: no. */
  readonly record?: boolean;
  /** Gets all events. Left out: nothing is logged. */
  readonly log?: Log;
  /** Called when a front end reports something, after its line in the log. */
  readonly onPortChange?: (change: PortChange) => void;
}

/** A running modem. */
export interface RunningModem {
  /** The open front ends: those of `direct`, then those of `ports`, each in its order. */
  readonly ports: readonly SerialPort[];
  /** The embedded broker; undefined if there is none. */
  readonly broker: EmbeddedBroker | undefined;
  /** What goes wrong. */
  readonly faults: FaultControl;
  /** The latest events of the run; empty where they are not recorded. */
  readonly events: EventLog;
  /** The module as it is now. */
  state(): ModuleState;
  /** Whether a host is attached to the front end at a path; undefined where it cannot be known. */
  isAttached(path: string): boolean | undefined;
  /**
   * A module as it was when the run began, with its memory, faults and scenarios, and a broker without sessions and retained
   * messages. Hosts stay attached, and hear the banner of a power-up. Resolves when the module has power.
   */
  renew(): Promise<void>;
  /** Changes something outside the module: coverage, SIM, network or supply; or resets the module. */
  change(change: WorldChange): void;
  /** The network drops the connection to the broker: the module gets the reason (left out: `reset`), the broker RST. */
  cut(reason?: DownReason): void;
  /** Disconnects from the broker and closes everything that the start has opened. Resolves when that is done. */
  close(): Promise<void>;
}

/**
 * Starts a modem: connects profile, memory, clock, network and front ends. Rejects with a UserError if the broker or a front
 * end cannot be opened, or a fault cannot be understood; then nothing is left open.
 */
export async function startModem(options: StartOptions = {}): Promise<RunningModem> {
  const { log = new Log("silent", () => {}), clock = systemClock(), mappings = [], nvm, baud } = options;
  const epochAtStart = options.epochAtStart ?? Date.now() - clock.now();
  const faults = sentencesOf(options.faults ?? []);
  const firstNvm = nvm?.nvm;
  const network = await openNetwork({ broker: options.broker, mappings, clock, epochAtStart, log });
  const { record = false } = options;
  const events = new EventLog(clock);
  const newModem = (): FaultyModem =>
    new FaultyModem({
      profile: inHostTime(options.profile ?? bc28, hostTimeFactor(clock, baud)),
      seed: options.seed ?? 0,
      epochAtStart,
      faults,
      scenarios: options.scenarios ?? [],
      isTraced: record || log.wantsTrace || clock.movement !== undefined,
      ...(firstNvm && { nvm: firstNvm }),
    });
  const current = { modem: newModem() };
  const tlsHint = new TlsHint((line) => log.warn(line));
  const loop = new Loop({
    modem: current.modem,
    clock,
    dial: network.dial,
    requests: network.requests,
    keep: (kept) => nvm?.save(kept),
    trace(event) {
      network.note(event);
      if (record) events.add(() => toldOf(event), sizeOf(event));
      tlsHint.note(event);
      log.event(event);
    },
  });
  const attached = new Map<string, boolean>();
  const ports = new Ports(loop, {
    clock,
    log,
    baud,
    onPortChange(change, port) {
      if (change.kind === "attach" || change.kind === "detach") attached.set(port, change.kind === "attach");
      if (record) events.add(() => toldOfPort(port, change));
      options.onPortChange?.(change);
    },
  });
  const close = async (): Promise<void> => {
    loop.powerDown();
    for (const { id, fault } of current.modem.unused()) log.warn(`fault ${id} never acted: ${fault}`);
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
  const change = (what: WorldChange): void => loop.tell({ from: "world", change: what });
  const cut = (reason: DownReason = "reset"): void => loop.carryOut(current.modem.cut(reason, clock.now()));
  const renew = async (): Promise<void> => {
    await network.broker?.renew();
    if (nvm !== undefined && firstNvm !== undefined) nvm.save(firstNvm);
    current.modem = newModem();
    events.add(() => ({ kind: "renewed" }));
    loop.renew(current.modem);
  };
  return {
    ports: ports.list,
    broker: network.broker,
    faults: faultControl(() => current.modem, loop, clock),
    events,
    state: () => moduleState(current.modem, clock.now()),
    isAttached: (path) => attached.get(path),
    renew,
    change,
    cut,
    close,
  };
}

/**
 * How many ms of the module's clock pass in one ms of the host's time-outs. At least 1 on a line with a speed: its bytes
 * travel by the module's clock, and a slow one must not bring them too late.
 */
const hostTimeFactor = ({ speed }: Clock, baud: Baud | undefined): number =>
  baud === undefined ? speed : Math.max(speed, 1);

/** The profile with its time-outs for the host multiplied, so that they last as long for the host at any clock speed. */
function inHostTime(profile: Profile, factor: number): Profile {
  const { lfGrace, urcHold, entryTimeout } = profile.quirks;
  const spans = { lfGrace: lfGrace * factor, urcHold: urcHold * factor, entryTimeout: entryTimeout * factor };
  return { ...profile, quirks: { ...profile.quirks, ...spans } };
}
