import { factoryNvm } from "../../../emulator/memory/nvm.js";
import type { OpenPort, PortChange, PortEvents, PortSetting, SerialPort } from "../../serial.js";
import type { Clock } from "../../time/clock.js";
import { withHostGrace } from "../../time/host-grace.js";
import { PortEventQueue } from "../port-events.js";
import { Line } from "./line.js";

/** The speed of the host's end: so many bits per second, or what each host has set. */
export type Baud = number | "host";

/** How a line with a speed is run. */
export interface UartOptions {
  readonly baud: Baud;
  /** By its time bytes travel. */
  readonly clock: Clock;
  /** Gets a line for people when host and module do not understand each other, or when bytes of the host are lost. */
  readonly warn: (text: string) => void;
}

/** Opens a front end behind a line that has a speed: bytes take their time, and a wrong speed garbles them. */
export async function openUart(open: OpenPort, events: PortEvents, options: UartOptions): Promise<SerialPort> {
  const uart = new Uart(events, options);
  const { movement } = options.clock;
  const begin = movement ? withHostGrace(open, movement, () => uart.isSpeaking) : open;
  uart.port = await begin({ onBytes: (bytes) => uart.onBytes(bytes), onChange: (change) => uart.onChange(change) });
  return uart;
}

class Uart implements SerialPort, PortEvents {
  /** There as soon as it is open; before that it tells nothing. */
  port: SerialPort | undefined;
  readonly #options: UartOptions;
  readonly #teller: PortEventQueue;
  readonly #line: Line;
  /** The host is gone for good, and not all of what it has sent has arrived. */
  #ended: PortChange | undefined;
  /** Speeds that were warned of, and whether lost bytes were: once, until something changes. */
  #warnedOf = "";
  #losing = false;
  /** Bytes that arrived at the front end, and that nobody took; told as one sum when all has arrived. */
  #untaken = 0;

  constructor(events: PortEvents, options: UartOptions) {
    this.#options = options;
    this.#teller = new PortEventQueue(events);
    const ends = {
      toHost: (bytes: Uint8Array) => this.port?.write(bytes),
      toModule: (bytes: Uint8Array) => events.onBytes(bytes),
      moved: () => this.#moved(),
      garbled: (host: number, module: number) => this.#warnOfGarbage(host, module),
    };
    this.#line = new Line(options.clock, ends, factoryNvm.natspeed.baud);
    if (options.baud !== "host") this.#line.setHost(options.baud);
  }

  get path(): string {
    return this.port?.path ?? "";
  }

  /** Not all that the module has said has arrived. */
  get isSpeaking(): boolean {
    return !this.#line.isSaid;
  }

  // The module's side

  write(bytes: Uint8Array): void {
    this.#teller.dropped(bytes.length - this.#line.fromModule(bytes));
  }

  set({ speed, cut, lines }: PortSetting): void {
    if (cut) this.#line.cut();
    if (speed !== undefined) this.#line.setModule(speed);
    if (speed !== undefined) this.#warnedOf = "";
    if (lines !== undefined) this.port?.set({ lines });
  }

  async close(): Promise<void> {
    this.#line.close();
    this.#teller.silence();
    await this.port?.close();
  }

  // The front end's side

  onBytes(bytes: Uint8Array): void {
    const lost = bytes.length - this.#line.fromHost(bytes);
    if (lost > 0 && !this.#losing) this.#warn("bytes of the host are lost, because too many wait for the line");
    this.#losing = lost > 0;
  }

  onChange(change: PortChange): void {
    if (change.kind === "speed") this.#hostSets(change.speed);
    if (change.kind === "attach") this.#hostComes();
    if (change.kind === "detach") this.#hostLeaves();
    if (change.kind === "dropped") this.#untaken += change.bytes;
    else if (change.kind === "ended") this.#ended = change;
    else this.#teller.change(change);
    this.#moved();
  }

  /** Speed 0 is a host that hangs up; then nothing is sent anyway. */
  #hostSets(speed: number): void {
    if (this.#options.baud !== "host" || speed === 0) return;
    this.#line.setHost(speed);
    this.#warnedOf = "";
  }

  /** Of what nobody took the beginning of, nobody gets the rest. */
  #hostComes(): void {
    if (this.#untaken > 0) this.#untaken += this.#line.cut();
    this.#tellUntaken();
  }

  /** The next one comes as to a new port: neither what is still on its way nor the speed is meant for it. */
  #hostLeaves(): void {
    this.#untaken += this.#line.cut();
    this.#tellUntaken();
    if (this.#options.baud === "host") this.#line.forgetHost();
    this.#warnedOf = "";
  }

  /** Some things are told only when a wire has become empty. */
  #moved(): void {
    if (this.#line.isSaid) this.#tellUntaken();
    if (this.#ended === undefined || !this.#line.isHeard) return;
    this.#teller.change(this.#ended);
    this.#ended = undefined;
  }

  #tellUntaken(): void {
    this.#teller.dropped(this.#untaken);
    this.#untaken = 0;
  }

  #warnOfGarbage(host: number, module: number): void {
    const speeds = `host at ${host}, module at ${module}`;
    if (speeds === this.#warnedOf) return;
    this.#warnedOf = speeds;
    this.#warn(`${speeds}, both read garbage; set the host's speed, or the module's by AT+NATSPEED`);
  }

  /** Each front end has a line of its own. */
  #warn(text: string): void {
    this.#options.warn(`uart! ${this.path}: ${text}`);
  }
}
