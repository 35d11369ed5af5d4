import type { Log } from "../log.js";
import type { Loop } from "../run.js";
import type { OpenPort, PortChange, PortEvents, SerialPort } from "../serial.js";
import type { Clock } from "../time/clock.js";
import { withHostGrace } from "../time/host-grace.js";
import { PortLog } from "./port-log.js";
import type { Baud } from "./uart/uart.js";

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

  /**
   * Opens them one after the other, in their order; the direct ones are there at once, whatever speed the lines have.
   * Throws what the first one throws that cannot be opened.
   */
  async open(direct: readonly OpenPort[], others: readonly OpenPort[]): Promise<void> {
    const alone = direct.length + others.length === 1;
    for (const open of direct) await this.#join(open, alone);
    for (const open of others) await this.#join(this.#behindLine(open), alone);
  }

  async close(): Promise<void> {
    await Promise.all(this.list.map((port) => port.close()));
  }

  async #join(open: OpenPort, alone: boolean): Promise<void> {
    const port = await open(this.#events(alone));
    this.list.push(port);
    this.#loop.join(port);
  }

  #watched(open: OpenPort): OpenPort {
    const { movement } = this.#options.clock;
    return movement ? withHostGrace(open, movement) : open;
  }

  /** Without a speed there is no line: bytes are there at once. */
  #behindLine(open: OpenPort): OpenPort {
    const { baud, clock, log } = this.#options;
    if (baud === undefined) return this.#watched(open);
    return async (events) => {
      const { openUart } = await import("./uart/uart.js");
      return openUart(open, events, { baud, clock, warn: (line) => log.warn(line) });
    };
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
