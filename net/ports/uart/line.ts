import type { Clock, Millis } from "../../time/clock.js";
import { Wire } from "./wire.js";

/** What a line calls when bytes arrive. */
export interface LineEnds {
  toHost(bytes: Uint8Array): void;
  toModule(bytes: Uint8Array): void;
  /** Called after each arrival, at either end. */
  onArrived(): void;
  /** Bytes begin to arrive garbled, because the speeds differ; both in bits per second. */
  onGarbled(host: number, module: number): void;
}

const nothing = new Uint8Array(0);

/** A serial line: a wire in each direction, a speed at each end, and the clock by which bytes travel. */
export class Line {
  readonly #clock: Clock;
  readonly #ends: LineEnds;
  readonly #toHost = new Wire((module, host) => this.#ends.onGarbled(host, module));
  readonly #toModule = new Wire((host, module) => this.#ends.onGarbled(host, module));
  /** The host's speed; undefined: the same as the module's. */
  #hostSpeed: number | undefined;
  #moduleSpeed: number;
  /** Since when a host is there whose speed is not known yet. Nothing arrives at it meanwhile; undefined: there is none. */
  #unknownSince: Millis | undefined;
  #alarm: { readonly at: Millis; readonly off: () => void } | undefined;
  #closed = false;

  /** Both ends begin with the module's speed. */
  constructor(clock: Clock, ends: LineEnds, moduleSpeed: number) {
    this.#clock = clock;
    this.#ends = ends;
    this.#moduleSpeed = moduleSpeed;
  }

  /** Whether a host is there whose speed is not known yet. */
  get isHostUnknown(): boolean {
    return this.#unknownSince !== undefined;
  }

  /** Whether all that the host has sent has arrived. */
  get isToModuleIdle(): boolean {
    return this.#toModule.wakeAt === undefined;
  }

  /** Whether all that the module has sent has arrived. */
  get isToHostIdle(): boolean {
    return this.#toHost.wakeAt === undefined;
  }

  /** The host sends bytes; returns how many of them were taken. */
  fromHost(bytes: Uint8Array): number {
    return this.#send(this.#toModule, bytes, this.#hostSpeed ?? this.#moduleSpeed);
  }

  /** The module sends bytes; returns how many of them were taken. */
  fromModule(bytes: Uint8Array): number {
    return this.#send(this.#toHost, bytes, this.#moduleSpeed);
  }

  /** A host is there, and its speed will be told. What arrives at it from now on waits until then. */
  expectHostSpeed(): void {
    this.#unknownSince = this.#clock.now();
  }

  /** The speed that was expected cannot be told: the host has the module's. */
  giveUpHostSpeed(): void {
    this.#unknownSince = undefined;
    this.#setAlarm();
  }

  /** Sets the speed of the host's end, at once, or from the moment on since when it was expected. */
  setHost(speed: number): void {
    const now = this.#clock.now();
    const isExpected = this.#unknownSince !== undefined;
    this.#hostSpeed = speed;
    this.#toHost.setReceiverSpeed(speed, this.#unknownSince ?? now);
    this.#toModule.setReceiverSpeed(this.#moduleSpeed, Math.max(now, this.#toHost.end));
    if (isExpected) this.giveUpHostSpeed();
  }

  /** The host's end has the module's speed from now on; what it has sent before arrives as it was sent. */
  forgetHost(): void {
    const now = this.#clock.now();
    this.#hostSpeed = undefined;
    this.#unknownSince = undefined;
    this.#toHost.setReceiverSpeed(undefined, now);
    this.#toModule.setReceiverSpeed(undefined, Math.max(now, this.#toModule.end));
  }

  /** Sets the speed of the module's end, once all that it has sent has left. */
  setModule(speed: number): void {
    this.#moduleSpeed = speed;
    if (this.#hostSpeed !== undefined)
      this.#toModule.setReceiverSpeed(speed, Math.max(this.#clock.now(), this.#toHost.end));
  }

  /** Drops what the module has sent and has not arrived yet; returns how many bytes that are. */
  cut(): number {
    return this.#toHost.clear(this.#clock.now());
  }

  /** Stops the line; nothing arrives any more. */
  close(): void {
    this.#closed = true;
    this.#alarm?.off();
  }

  #send(wire: Wire, bytes: Uint8Array, speed: number): number {
    const taken = wire.send(bytes, speed, this.#clock.now());
    this.#setAlarm();
    return taken;
  }

  #ring(): void {
    this.#alarm = undefined;
    const now = this.#clock.now();
    const toHost = this.#unknownSince === undefined ? this.#toHost.take(now) : nothing;
    const toModule = this.#toModule.take(now);
    if (toHost.length > 0) this.#ends.toHost(toHost);
    if (toModule.length > 0) this.#ends.toModule(toModule);
    this.#ends.onArrived();
    this.#setAlarm();
  }

  #setAlarm(): void {
    const never = Number.POSITIVE_INFINITY;
    const toHostAt = this.#unknownSince === undefined ? this.#toHost.wakeAt : undefined;
    const at = Math.min(toHostAt ?? never, this.#toModule.wakeAt ?? never);
    if (at === never || this.#closed || (this.#alarm !== undefined && this.#alarm.at <= at)) return;
    this.#alarm?.off();
    this.#alarm = { at, off: this.#clock.alarm(at, () => this.#ring()) };
  }
}
