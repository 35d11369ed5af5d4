import { fromBytes } from "../at/octets.js";
import type { FaultyModem } from "../emulator/faults/faulty-modem.js";
import type { WorldChange } from "../emulator/io.js";
import type { TraceEvent } from "../emulator/trace.js";
import type { DownReason } from "../mqtt/session.js";
import type { EmbeddedBroker } from "./broker/broker.js";
import { type FaultControl, faultControl } from "./faults.js";
import type { LocalServers } from "./link/local-servers.js";
import type { Log } from "./log.js";
import { Loop } from "./loop.js";
import { type ModuleState, moduleState } from "./module-state.js";
import type { Network } from "./network.js";
import { Ports } from "./ports/ports.js";
import type { Baud } from "./ports/uart/uart.js";
import type { Finding } from "./referee/finding.js";
import { RunReferee } from "./referee/run-referee.js";
import type { OpenPort, PortChange, SerialPort } from "./serial.js";
import type { NvmStore } from "./storage/nvm-file.js";
import type { Clock } from "./time/clock.js";
import { TlsHint } from "./tls-hint.js";
import { EventLog } from "./trace/event-log.js";
import { Recorder } from "./trace/recorder.js";

/** What a running modem is made of. */
export interface RunningParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Network;
  readonly nvm: NvmStore | undefined;
  readonly baud: Baud | undefined;
  /** Whether events are recorded: with secrets masked, or as they are. */
  readonly record: boolean | "with secrets";
  readonly onPortChange: ((change: PortChange) => void) | undefined;
}

/** A running modem. */
export interface RunningModem {
  /** The open front ends: those of `direct`, then those of `ports`, each in its order. */
  readonly ports: readonly SerialPort[];
  /** The embedded broker; undefined if there is none. */
  readonly broker: EmbeddedBroker | undefined;
  /** Servers in this process, which sockets of the host reach without a socket of this machine. */
  readonly servers: LocalServers;
  /** What goes wrong. */
  readonly faults: FaultControl;
  /** The latest events of the run; empty where they are not recorded. */
  readonly events: EventLog;
  /** What the host did wrong since the start, or since `renew`: the worst first. Empty where events are not recorded. */
  readonly findings: readonly Finding[];
  /** The module as it is now. */
  state(): ModuleState;
  /** Whether a host is attached to the front end at a path; undefined where it cannot be known. */
  isAttached(path: string): boolean | undefined;
  /**
   * A module as it was when the run began, with its memory, faults and scenarios, and a broker without sessions and retained
   * messages. Hosts stay attached, and hear the banner of a power-up. Resolves when the module has power.
   */
  renew(): Promise<void>;
  /** Gives the module bytes as a further host on its line; the front ends' hosts hear its answers, too. */
  type(bytes: Uint8Array): void;
  /** Changes something outside the module: coverage, SIM, network or supply; or resets the module. */
  change(change: WorldChange): void;
  /** The network drops the connection to the broker: the module gets the reason (left out: `reset`), the broker RST. */
  cut(reason?: DownReason): void;
  /** Disconnects from the broker and closes everything that the start has opened. Resolves when that is done. */
  close(): Promise<void>;
}

/** A running modem. What few users need is made at its first use: a process may have thousands of modems. */
export class Running implements RunningModem {
  readonly #parts: RunningParts;
  readonly #newModem: () => FaultyModem;
  readonly #firstNvm: NvmStore["nvm"] | undefined;
  readonly #loop: Loop;
  readonly #ports: Ports;
  readonly #tlsHint: TlsHint;
  #modem: FaultyModem;
  #faults: FaultControl | undefined;
  #events: EventLog | undefined;
  /** Both are undefined where events are not recorded. */
  readonly #record: EventLog | undefined;
  readonly #referee: RunReferee | undefined;
  /** The front ends that have a host, of those that tell. */
  #attached: Readonly<Record<string, boolean>> | undefined;

  /** `newModem` makes the module as it is when a run begins. */
  constructor(parts: RunningParts, newModem: () => FaultyModem) {
    const { clock, log, network, nvm, baud, record } = parts;
    this.#parts = parts;
    this.#newModem = newModem;
    this.#firstNvm = nvm?.nvm;
    this.#modem = newModem();
    this.#tlsHint = new TlsHint(log);
    this.#record = record === false ? undefined : this.events;
    this.#referee = this.#record && new RunReferee(this.#record, clock, log);
    this.#loop = new Loop({
      modem: this.#modem,
      clock,
      dial: network.dial,
      request: network.request,
      sockets: network.sockets,
      keep: (kept) => nvm?.save(kept),
      trace: (event) => this.#note(event),
      onBytes: this.#record && ((way, bytes) => this.#record?.add({ kind: "bytes", way, octets: fromBytes(bytes) })),
    });
    this.#ports = new Ports(this.#loop, {
      clock,
      log,
      baud,
      onPortChange: (change, path) => this.#notePort(change, path),
    });
  }

  get ports(): readonly SerialPort[] {
    return this.#ports.list;
  }

  get broker(): EmbeddedBroker | undefined {
    return this.#parts.network.broker;
  }

  get servers(): LocalServers {
    return this.#parts.network.sockets().servers;
  }

  get faults(): FaultControl {
    this.#faults ??= faultControl(() => this.#modem, this.#loop, this.#parts.clock);
    return this.#faults;
  }

  get events(): EventLog {
    this.#events ??= new EventLog(this.#parts.clock, new Recorder(this.#parts.record === "with secrets"));
    return this.#events;
  }

  get findings(): readonly Finding[] {
    return this.#referee?.findings ?? [];
  }

  /** Opens the front ends. Rejects with the error of the first one that cannot be opened. */
  open(direct: readonly OpenPort[], ports: readonly OpenPort[]): Promise<void> {
    return this.#ports.open(direct, ports);
  }

  /** Switches the module on. */
  powerUp(): void {
    this.#loop.powerUp();
  }

  state(): ModuleState {
    return moduleState(this.#modem, this.#parts.clock.now());
  }

  isAttached(path: string): boolean | undefined {
    return this.#attached?.[path];
  }

  async renew(): Promise<void> {
    const { network, nvm } = this.#parts;
    await network.broker?.renew();
    if (nvm !== undefined && this.#firstNvm !== undefined) nvm.save(this.#firstNvm);
    this.#modem = this.#newModem();
    this.#referee?.renew();
    this.#record?.add({ kind: "renewed" });
    this.#loop.renew(this.#modem);
  }

  type(bytes: Uint8Array): void {
    this.#loop.hear(bytes);
  }

  change(change: WorldChange): void {
    this.#loop.tell({ from: "world", change });
  }

  cut(reason: DownReason = "reset"): void {
    this.#loop.carryOut(this.#modem.cut(reason, this.#parts.clock.now()));
  }

  async close(): Promise<void> {
    const { log, nvm, network } = this.#parts;
    this.#referee?.end();
    this.#loop.powerDown();
    for (const { id, fault } of this.#modem.unused()) log.warn(`fault ${id} never acted: ${fault}`);
    await Promise.all([nvm?.flush(), network.hangUp()]);
    await this.#ports.close();
    await network.close();
  }

  #note(event: TraceEvent): void {
    const { network, log } = this.#parts;
    network.note(event);
    this.#tlsHint.note(event);
    log.event(event);
    this.#record?.add(event);
    if (log.wantsFindings) this.#record?.record(); // a finding is logged behind the line that it is about
  }

  #notePort(change: PortChange, path: string): void {
    if (change.kind === "attach" || change.kind === "detach")
      this.#attached = { ...this.#attached, [path]: change.kind === "attach" };
    this.#record?.add({ kind: "port", port: path, change });
    this.#parts.onPortChange?.(change);
  }
}
