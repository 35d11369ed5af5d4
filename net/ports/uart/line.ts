import type { Clock, Millis } from "../../time/clock.js";
import { Wire } from "./wire.js";

/** What stands at the ends of a line. */
export interface LineEnds {
  toHost(bytes: Uint8Array): void;
  toModule(bytes: Uint8Array): void;
  /** Something that was on its way has come to its end. */
  moved(): void;
  /** Bytes arrive garbled, because the speeds differ. */
  garbled(host: number, module: number): void;
}

/** A serial line: a wire each way, a speed at each end, and the clock by which bytes travel. */
export class Line {
  readonly #clock: Clock;
  readonly #ends: LineEnds;
  readonly #toHost = new Wire((module, host) => this.#ends.garbled(host, module));
  readonly #toModule = new Wire((host, module) => this.#ends.garbled(host, module));
  /** Undefined: whatever the module's is. */
  #host: number | undefined;
  #module: number;
  #alarm: { readonly at: Millis; readonly off: () => void } | undefined;
  #closed = false;

  /** Begins with the module's speed at both ends. */
  constructor(clock: Clock, ends: LineEnds, module: number) {
    this.#clock = clock;
    this.#ends = ends;
    this.#module = module;
  }

  /** Whether all that the host has sent has arrived. */
  get isHeard(): boolean {
    return this.#toModule.wakeAt === undefined;
  }

  /** Whether all that the module has said has arrived. */
  get isSaid(): boolean {
    return this.#toHost.wakeAt === undefined;
  }

  /** The host sends; says how many bytes found room. */
  fromHost(bytes: Uint8Array): number {
    return this.#send(this.#toModule, bytes, this.#host ?? this.#module);
  }

  /** The module sends; says how many bytes found room. */
  fromModule(bytes: Uint8Array): number {
    return this.#send(this.#toHost, bytes, this.#module);
  }

  /** The host changes its speed, at once. */
  setHost(speed: number): void {
    const now = this.#clock.now();
    this.#host = speed;
    this.#toHost.listen(speed, now);
    this.#toModule.listen(this.#module, Math.max(now, this.#toHost.end));
  }

  /** From here on the host's speed is the module's; what it has sent before arrives as it was sent. */
  forgetHost(): void {
    const now = this.#clock.now();
    this.#host = undefined;
    this.#toHost.listen(undefined, now);
    this.#toModule.listen(undefined, Math.max(now, this.#toModule.end));
  }

  /** The module changes its speed when all that it has to say has left. */
  setModule(speed: number): void {
    this.#module = speed;
    if (this.#host !== undefined) this.#toModule.listen(speed, Math.max(this.#clock.now(), this.#toHost.end));
  }

  /** What the module has said and has not left yet is lost; says how many bytes that are. */
  cut(): number {
    return this.#toHost.clear(this.#clock.now());
  }

  /** Nothing arrives any more. */
  close(): void {
    this.#closed = true;
    this.#alarm?.off();
  }

  #send(wire: Wire, bytes: Uint8Array, speed: number): number {
    const taken = wire.put(bytes, speed, this.#clock.now());
    this.#setAlarm();
    return taken;
  }

  #ring(): void {
    this.#alarm = undefined;
    const now = this.#clock.now();
    const toHost = this.#toHost.take(now);
    const toModule = this.#toModule.take(now);
    if (toHost.length > 0) this.#ends.toHost(toHost);
    if (toModule.length > 0) this.#ends.toModule(toModule);
    this.#ends.moved();
    this.#setAlarm();
  }

  #setAlarm(): void {
    const never = Number.POSITIVE_INFINITY;
    const at = Math.min(this.#toHost.wakeAt ?? never, this.#toModule.wakeAt ?? never);
    if (at === never || this.#closed || (this.#alarm !== undefined && this.#alarm.at <= at)) return;
    this.#alarm?.off();
    this.#alarm = { at, off: this.#clock.alarm(at, () => this.#ring()) };
  }
}
