import type { Log } from "../log.js";
import type { Loop } from "../loop.js";
import type { OpenPort, PortChange, PortEvents, SerialPort } from "../serial.js";
import type { Clock } from "../time/clock.js";
import { withHostGrace } from "../time/host-grace.js";
import { PortLog } from "./port-log.js";
import type { Baud } from "./uart/uart.js";

/** What all front ends of a module are opened with. */
export interface PortsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The speed of the lines; undefined: every byte arrives at once. */
  readonly baud: Baud | undefined;
  /** Called for each change of any front end. */
  readonly onPortChange: (change: PortChange, path: string) => void;
}

/** The front ends that share the module's one UART. */
export class Ports {
  /** The open front ends, in the order in which they were opened. */
  readonly list: SerialPort[] = [];
  readonly #loop: Loop;
  readonly #options: PortsOptions;

  constructor(loop: Loop, options: PortsOptions) {
    this.#loop = loop;
    this.#options = options;
  }

  /**
   * Opens the front ends one after the other, the direct ones first. Direct ones have no speed, whatever `baud` says.
   * Throws the error of the first one that cannot be opened; those before it stay open.
   */
  async open(direct: readonly OpenPort[], others: readonly OpenPort[]): Promise<void> {
    const isOnly = direct.length + others.length === 1;
    for (const open of direct) await this.#add(open, isOnly);
    for (const open of others) await this.#add(this.#withLine(open), isOnly);
  }

  /** Closes all front ends. */
  async close(): Promise<void> {
    await Promise.all(this.list.map((port) => port.close()));
  }

  async #add(open: OpenPort, isOnly: boolean): Promise<void> {
    const port = await open(this.#events(isOnly));
    this.list.push(port);
    this.#loop.join(port);
  }

  /** The front end behind a line with a speed; without a speed there is no line. */
  #withLine(open: OpenPort): OpenPort {
    const { baud, clock, log } = this.#options;
    if (baud === undefined) return clock.quiescence ? withHostGrace(open, clock.quiescence) : open;
    return async (events) => {
      const { openUart } = await import("./uart/uart.js");
      return openUart(open, events, { baud, clock, warn: (line) => log.warn(line) });
    };
  }

  #events(isOnly: boolean): PortEvents {
    const index = this.list.length;
    const { log, onPortChange } = this.#options;
    const portLog = new PortLog(log, { isOnly });
    return this.#loop.events((change) => {
      const path = this.list[index]?.path ?? "a port";
      portLog.change(change, path);
      onPortChange(change, path);
    });
  }
}
