import { factoryNvm } from "../../../emulator/memory/nvm.js";
import type { OpenPort, PortChange, PortEvents, PortSetting, SerialPort } from "../../serial.js";
import type { Clock } from "../../time/clock.js";
import { withHostGrace } from "../../time/host-grace.js";
import { PortEventQueue } from "../port-events.js";
import { Line } from "./line.js";

/** The speed of the host's end of a line: a number of bits per second, or `host`, the speed that each host has set. */
export type Baud = number | "host";

/** How a line with a speed works. */
export interface UartOptions {
  readonly baud: Baud;
  /** The clock by which bytes travel. */
  readonly clock: Clock;
  /** Called with a line of text when the speeds of host and module differ, or when bytes of the host are lost. */
  readonly warn: (text: string) => void;
}

/**
 * Opens a front end behind a serial line with a speed: bytes take the time of their bits, and arrive garbled where the
 * speeds of host and module differ. Throws what opening the front end throws.
 */
export async function openUart(open: OpenPort, events: PortEvents, options: UartOptions): Promise<SerialPort> {
  const uart = new Uart(events, options);
  const { quiescence } = options.clock;
  const begin = quiescence ? withHostGrace(open, quiescence, () => uart.isSending) : open;
  uart.port = await begin({ onBytes: (bytes) => uart.onBytes(bytes), onChange: (change) => uart.onChange(change) });
  return uart;
}

class Uart implements SerialPort, PortEvents {
  /** The front end; undefined until it is open, and it reports nothing before that. */
  port: SerialPort | undefined;
  readonly #options: UartOptions;
  readonly #events: PortEventQueue;
  readonly #line: Line;
  /** The end of the input, reported when all that the host has sent has arrived. */
  #ended: PortChange | undefined;
  /** The speeds of the last warning; the same ones are not warned of again. */
  #warnedSpeeds = "";
  /** The last bytes of the host were lost; a warning was given. */
  #isLosing = false;
  /** Bytes that arrived at the front end and that no host took; reported as one sum when all have arrived. */
  #untaken = 0;

  constructor(events: PortEvents, options: UartOptions) {
    this.#options = options;
    this.#events = new PortEventQueue(events);
    const ends = {
      toHost: (bytes: Uint8Array) => this.port?.write(bytes),
      toModule: (bytes: Uint8Array) => events.onBytes(bytes),
      onArrived: () => this.#arrived(),
      onGarbled: (host: number, module: number) => this.#warnOfSpeeds(host, module),
    };
    this.#line = new Line(options.clock, ends, factoryNvm.natspeed.baud);
    if (options.baud !== "host") this.#line.setHost(options.baud);
  }

  get path(): string {
    return this.port?.path ?? "";
  }

  /** Whether bytes of the module are still on their way. */
  get isSending(): boolean {
    return !this.#line.isToHostIdle;
  }

  // The module's side

  write(bytes: Uint8Array): void {
    this.#events.emitDropped(bytes.length - this.#line.fromModule(bytes));
  }

  set({ speed, cut, lines }: PortSetting): void {
    if (cut) this.#line.cut();
    if (speed !== undefined) this.#line.setModule(speed);
    if (speed !== undefined) this.#warnedSpeeds = "";
    if (lines !== undefined) this.port?.set({ lines });
  }

  async close(): Promise<void> {
    this.#line.close();
    this.#events.stop();
    await this.port?.close();
  }

  // The front end's side

  onBytes(bytes: Uint8Array): void {
    const lost = bytes.length - this.#line.fromHost(bytes);
    if (lost > 0 && !this.#isLosing) this.#warn("bytes of the host are lost: it sends faster than the line can carry");
    this.#isLosing = lost > 0;
  }

  onChange(change: PortChange): void {
    if (change.kind === "speed") this.#setHostSpeed(change.speed);
    if (change.kind === "attach") this.#attach("readsSpeed" in change);
    if (change.kind === "detach") this.#detach();
    if (change.kind === "dropped") this.#drop(change.bytes);
    else if (change.kind === "ended") this.#ended = change;
    else this.#events.emitChange(change);
    this.#arrived();
  }

  /** Sets the speed of the host's end. Speed 0 (B0) means that the host hangs up, or that it is not known, and is ignored. */
  #setHostSpeed(speed: number): void {
    if (this.#options.baud !== "host") return;
    if (speed > 0) this.#line.setHost(speed);
    else if (this.#line.isHostUnknown) this.#line.giveUpHostSpeed();
    if (speed === 0) return;
    this.#warnedSpeeds = "";
  }

  /** A host attaches. What it would get the rest of only is cut. */
  #attach(readsSpeed: boolean): void {
    if (this.#untaken > 0) this.#untaken += this.#line.cut();
    this.#reportUntaken();
    if (readsSpeed && this.#options.baud === "host") this.#line.expectHostSpeed();
  }

  /** Bytes were not taken: no host was there, or only at their arrival. Such a host does not get the rest, either. */
  #drop(bytes: number): void {
    this.#untaken += bytes;
    if (this.#line.isHostUnknown) this.#untaken += this.#line.cut();
  }

  /** A host detaches. The next one gets a new port: neither the bytes that are on their way nor the speed. */
  #detach(): void {
    this.#untaken += this.#line.cut();
    this.#reportUntaken();
    if (this.#options.baud === "host") this.#line.forgetHost();
    this.#warnedSpeeds = "";
  }

  /** Bytes have arrived. Reports what was waiting for the line to become idle. */
  #arrived(): void {
    if (this.#line.isToHostIdle) this.#reportUntaken();
    if (this.#ended === undefined || !this.#line.isToModuleIdle) return;
    this.#events.emitChange(this.#ended);
    this.#ended = undefined;
  }

  #reportUntaken(): void {
    this.#events.emitDropped(this.#untaken);
    this.#untaken = 0;
  }

  #warnOfSpeeds(host: number, module: number): void {
    const speeds = `host at ${host}, module at ${module}`;
    if (speeds === this.#warnedSpeeds) return;
    this.#warnedSpeeds = speeds;
    this.#warn(`${speeds}, both read garbage; set the host's speed, or the module's by AT+NATSPEED`);
  }

  /** Warns, with the path: each front end has a line of its own. */
  #warn(text: string): void {
    this.#options.warn(`uart! ${this.path}: ${text}`);
  }
}
