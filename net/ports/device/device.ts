import type { PortEvents, PortSetting, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { factorySpeed } from "../termios.js";
import { LoopBreaker } from "./loop-breaker.js";
import { Tty } from "./tty.js";

/** Which terminal to use, and how. */
export interface DeviceOptions {
  /** Its path, for instance /dev/ttyUSB0. */
  readonly path: string;
  /** The speed for the whole run, in bits per second. Left out: the module's own, which AT+NATSPEED changes. */
  readonly speed?: number;
  /** Every byte of the far end is handed on, also an echo of what was written. Left out: a loop is broken. */
  readonly isTransparent?: boolean;
}

/** The pause between two attempts to open an unplugged device again, in ms of real time. */
const retryMs = 500;

/**
 * Opens a terminal that exists already: a serial port with a board behind it, or the pseudo-terminal of another program.
 * When it is unplugged the port reports `detach`, and `attach` when it is back. `close` restores its settings.
 * @throws UserError if it cannot be opened, or is not a terminal.
 */
export function openDevice(options: DeviceOptions, events: PortEvents): SerialPort {
  return new Device(options, events);
}

class Device implements SerialPort {
  readonly path: string;
  readonly #isFixed: boolean;
  readonly #events: PortEventQueue;
  readonly #loopBreaker: LoopBreaker | undefined;
  /** DTR of our end is off. */
  #isHungUp = false;
  #speed: number;
  /** Undefined while it is unplugged. */
  #tty: Tty | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor({ path, speed, isTransparent = false }: DeviceOptions, events: PortEvents) {
    this.path = path;
    this.#isFixed = speed !== undefined;
    this.#speed = speed ?? factorySpeed;
    this.#events = new PortEventQueue(events);
    if (!isTransparent) this.#loopBreaker = new LoopBreaker(() => this.#events.emitChange({ kind: "looped" }));
    this.#tty = this.#open();
    setImmediate(() => this.#events.emitChange({ kind: "attach" })); // the caller must have the port before its first event
  }

  write(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const taken = this.#tty?.write(bytes) ?? 0;
    this.#loopBreaker?.wrote(bytes.subarray(0, taken));
    this.#events.emitDropped(bytes.length - taken);
  }

  /**
   * Changes the speed. Of the modem lines only DTR can be set, which takes RTS with it: speed 0 puts both off. Other lines and
   * `cut` are ignored: stty cannot set lines or empty the driver's buffer.
   */
  set({ speed, lines: { dtr } = {} }: PortSetting): void {
    if (dtr !== undefined) this.#setDtr(dtr);
    if (speed === undefined || speed === this.#speed || this.#isFixed || this.#closing !== undefined) return;
    this.#speed = speed;
    if (this.#isHungUp) return;
    this.#tty?.setSpeed(speed).then((refused) => {
      if (refused && speed === this.#speed && this.#tty !== undefined)
        this.#events.emitChange({ kind: "speedRefused", speed });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#events.stop();
    clearTimeout(this.#retry);
    await this.#tty?.close();
  }

  #open(): Tty {
    return new Tty(this.path, this.#speed, { onBytes: (bytes) => this.#receive(bytes), onGone: () => this.#detach() });
  }

  /** Speed 0 puts DTR and RTS off. POSIX, termios */
  #setDtr(isOn: boolean): void {
    if (isOn === !this.#isHungUp || this.#closing !== undefined) return;
    this.#isHungUp = !isOn;
    this.#tty?.setSpeed(isOn ? this.#speed : 0);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#loopBreaker?.accepts(bytes) !== false) this.#events.emitBytes(bytes);
  }

  #detach(): void {
    this.#events.emitDropped(this.#tty?.unsent ?? 0);
    this.#tty = undefined;
    this.#events.emitChange({ kind: "detach", why: "gone; waiting until it is back" });
    if (this.#closing === undefined) this.#retry = setTimeout(() => this.#reopen(), retryMs);
  }

  /** Tries until it succeeds: a device that is back may lack its permissions at first, which udev sets later. */
  #reopen(): void {
    try {
      this.#tty = this.#open();
      if (this.#isHungUp) this.#tty.setSpeed(0);
      this.#events.emitChange({ kind: "attach", why: "back again" });
    } catch {
      this.#retry = setTimeout(() => this.#reopen(), retryMs);
    }
  }
}
