import { hidden, revealed } from "../../emulator/secrets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Log } from "../log.js";
import { openDevice } from "../ports/device/device.js";
import { PortLog } from "../ports/port-log.js";
import type { OpenPort, PortChange, SerialPort } from "../serial.js";
import type { Clock } from "../time/clock.js";
import { EventLog } from "../trace/event-log.js";
import type { RunEvent } from "../trace/recorded-event.js";
import { Recorder } from "../trace/recorder.js";
import { AtListener } from "./at-listener.js";

/** What is tapped, and how. */
export interface TapOptions {
  /** The path of the serial port with the module behind it. */
  readonly device: string;
  /** The speed for the whole run, in bits per second. Left out: the one that the host has set. */
  readonly speed?: number;
  /** Makes the functions that open the ports of the hosts. `mayChangeSpeed` tells when a host may have changed its speed. */
  readonly ports: (mayChangeSpeed: () => boolean) => Promise<readonly OpenPort[]>;
  /** Secrets are recorded as they are. Left out: they are masked. */
  readonly showsSecrets?: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** A host that waits so long for an answer may try another speed, in ms of real time. decided */
const patienceMs = 100;

/**
 * Stands between a module on a serial port and its hosts. Every byte is handed on as it is and told to `events` after that.
 * The speed that a host sets is set at the device, and so is its DTR. Another speed of the module is not guessed.
 */
export class Tap {
  readonly events: EventLog;
  readonly ports: SerialPort[] = [];
  readonly #options: TapOptions;
  readonly #listener: AtListener;
  #device: SerialPort | undefined;
  /** When the module or a host spoke last, in ms of real time, and who. */
  #last: { readonly by: "host" | "module"; readonly at: number } = { by: "module", at: 0 };
  #isSpeedKnown = false;

  /** Opens the device, then the hosts' ports. Rejects with a UserError if one cannot be opened; then none is left open. */
  static async open(options: TapOptions): Promise<Tap> {
    const tap = new Tap(options);
    try {
      await tap.#open();
      return tap;
    } catch (error) {
      await tap.close();
      throw error;
    }
  }

  private constructor(options: TapOptions) {
    this.#options = options;
    const { showsSecrets = false } = options;
    this.events = new EventLog(options.clock, new Recorder(showsSecrets));
    this.#listener = new AtListener((happened) => this.#note(happened), showsSecrets ? revealed : hidden);
  }

  /** Closes all ports. Nothing is heard any more once it has been called. */
  async close(): Promise<void> {
    await Promise.all([this.#device, ...this.ports].map((port) => port?.close()));
  }

  async #open(): Promise<void> {
    const { device: path, speed, ports } = this.#options;
    const given = speed === undefined ? {} : { speed };
    const log = this.#portLog(path);
    this.#device = openDevice(
      { path, ...given, isTransparent: true },
      { onBytes: (bytes) => this.#fromModule(bytes), onChange: (change) => log(change) },
    );
    for (const open of await ports(() => this.#mayChangeSpeed())) {
      const index = this.ports.length;
      const logHost = this.#portLog(() => this.ports[index]?.path ?? "a port");
      this.ports.push(
        await open({
          onBytes: (bytes) => this.#fromHost(bytes),
          onChange: (change) => {
            logHost(change);
            this.#follow(change);
          },
        }),
      );
    }
  }

  #portLog(path: string | (() => string)): (change: PortChange) => void {
    const portLog = new PortLog(this.#options.log, { isOnly: true });
    return (change) => {
      const name = typeof path === "string" ? path : path();
      portLog.change(change, name);
      this.events.add({ kind: "port", port: name, change });
    };
  }

  #fromModule(bytes: Uint8Array): void {
    for (const port of this.ports) port.write(bytes);
    this.#last = { by: "module", at: performance.now() };
    this.#listener.module(bytes, this.#options.clock.now());
  }

  #fromHost(bytes: Uint8Array): void {
    this.#device?.write(bytes);
    this.#last = { by: "host", at: performance.now() };
    this.#listener.host(bytes, this.#options.clock.now());
  }

  /** Sets what a host has set at the device. */
  #follow(change: PortChange): void {
    if (change.kind === "detach")
      this.#isSpeedKnown = false; // the next host's, which may write before it is seen
    else if (change.kind === "attach") this.#device?.set({ lines: { dtr: true } });
    else if (change.kind === "speed") {
      if (change.speed === 0) return; // it could not be read
      this.#isSpeedKnown = true;
      this.#device?.set({ speed: change.speed });
    } else if (change.kind === "lines" && change.lines.dtr !== undefined)
      this.#device?.set({ lines: { dtr: change.lines.dtr } });
  }

  /** A host that has just come, or whose last line had no answer, may have changed its speed; so may one that asked for it. */
  #mayChangeSpeed(): boolean {
    const { by, at } = this.#last;
    const isUnanswered = by === "host" && performance.now() - at > patienceMs;
    const mayChange = !this.#isSpeedKnown || isUnanswered;
    this.#isSpeedKnown = true; // read at once, and told if it is new
    return mayChange;
  }

  #note(happened: RunEvent): void {
    if (happened.kind === "line" && speedCommand.test(happened.line)) this.#isSpeedKnown = false;
    if (isOfModule(happened)) this.#options.log.event(happened);
    this.events.add(happened);
  }
}

/** Whether it is an event of the module, which the log knows. */
const isOfModule = (happened: RunEvent): happened is TraceEvent =>
  !["bytes", "port", "renewed", "finding"].includes(happened.kind);

/** A command that sets the speed of a module. */
const speedCommand = /\+(?:NATSPEED|IPR)=/i;
