import type { PortEvents, PortSetting, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { firstSpeed } from "../termios.js";
import { LoopBreaker } from "./loop-breaker.js";
import { Tty } from "./tty.js";

/** Which terminal to use, and how. */
export interface DeviceOptions {
  /** For instance /dev/ttyUSB0. */
  readonly path: string;
  /** Bits per second, from beginning to end; left out: the module's own speed, which AT+NATSPEED changes. */
  readonly speed?: number;
}

/** How often an unplugged device is looked for, in milliseconds of real time. */
const retryEvery = 500;

/**
 * Takes a terminal that is there already: a serial port with a board behind it, or the pseudo-terminal of another program.
 * Unplugged it is waited for; closing leaves it set as it was.
 * @throws UserError if it cannot be had.
 */
export function openDevice(options: DeviceOptions, events: PortEvents): SerialPort {
  return new Device(options, events);
}

class Device implements SerialPort {
  readonly path: string;
  readonly #isFixed: boolean;
  readonly #teller: PortEventQueue;
  readonly #breaker: LoopBreaker;
  #speed: number;
  /** Undefined while it is unplugged. */
  #tty: Tty | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor({ path, speed }: DeviceOptions, events: PortEvents) {
    this.path = path;
    this.#isFixed = speed !== undefined;
    this.#speed = speed ?? firstSpeed;
    this.#teller = new PortEventQueue(events);
    this.#breaker = new LoopBreaker(() => this.#teller.change({ kind: "looped" }));
    this.#tty = this.#open();
    setImmediate(() => this.#teller.change({ kind: "attach" })); // when whoever opens us has us
  }

  write(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const taken = this.#tty?.write(bytes) ?? 0;
    this.#breaker.wrote(bytes.subarray(0, taken));
    this.#teller.dropped(bytes.length - taken);
  }

  /** Modem lines are beyond stty; what the driver has cannot be taken back. */
  set({ speed }: PortSetting): void {
    if (speed === undefined || speed === this.#speed || this.#isFixed || this.#closing !== undefined) return;
    this.#speed = speed;
    this.#tty?.setSpeed(speed).then((refused) => {
      if (refused && speed === this.#speed && this.#tty !== undefined)
        this.#teller.change({ kind: "speedRefused", speed });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#teller.silence();
    clearTimeout(this.#retry);
    await this.#tty?.close();
  }

  #open(): Tty {
    return new Tty(this.path, this.#speed, { onBytes: (bytes) => this.#take(bytes), onGone: () => this.#lose() });
  }

  #take(bytes: Uint8Array): void {
    if (this.#breaker.passes(bytes)) this.#teller.bytes(bytes);
  }

  #lose(): void {
    this.#teller.dropped(this.#tty?.unsent ?? 0);
    this.#tty = undefined;
    this.#teller.change({ kind: "detach", why: "gone; waiting until it is back" });
    if (this.#closing === undefined) this.#retry = setTimeout(() => this.#lookForIt(), retryEvery);
  }

  /** At first it may be there and not usable yet: udev gives permissions a moment later. */
  #lookForIt(): void {
    try {
      this.#tty = this.#open();
      this.#teller.change({ kind: "attach", why: "back again" });
    } catch {
      this.#retry = setTimeout(() => this.#lookForIt(), retryEvery);
    }
  }
}
