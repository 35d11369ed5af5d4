import type { Log } from "./log.js";
import { PortLog } from "./port-log.js";
import type { Loop } from "./run.js";
import type { PortChange, PortEvents, SerialPort } from "./serial.js";
import type { Clock } from "./time/clock.js";
import { type Baud, openUart } from "./uart/uart.js";

/** Opens a front end, with what it calls when something comes. */
export type OpenPort = (events: PortEvents) => SerialPort | Promise<SerialPort>;

/** What front ends are opened with. */
export interface PortsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly baud: Baud | undefined;
  readonly onPortChange: ((change: PortChange) => void) | undefined;
}

/** The front ends that share the module's one UART. */
export class Ports {
  readonly list: SerialPort[] = [];
  readonly #loop: Loop;
  readonly #options: PortsOptions;

  constructor(loop: Loop, options: PortsOptions) {
    this.#loop = loop;
    this.#options = options;
  }

  /** Opens them one after the other, in their order. Throws what the first one throws that cannot be opened. */
  async open(openers: readonly OpenPort[]): Promise<void> {
    for (const open of openers) {
      const port = await this.#behindLine(open, this.#events(openers.length === 1));
      this.list.push(port);
      this.#loop.join(port);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.list.map((port) => port.close()));
  }

  /** Without a speed there is no line: bytes are there at once. */
  #behindLine(open: OpenPort, events: PortEvents): SerialPort | Promise<SerialPort> {
    const { baud, clock, log } = this.#options;
    return baud === undefined ? open(events) : openUart(open, events, { baud, clock, warn: (line) => log.warn(line) });
  }

  #events(alone: boolean): PortEvents {
    const at = this.list.length;
    const { log, onPortChange } = this.#options;
    const portLog = new PortLog(log, { alone });
    return this.#loop.events((change) => {
      portLog.tell(change, this.list[at]?.path ?? "a port");
      onPortChange?.(change);
    });
  }
}
