/** The interval of probes while nothing passes, in ms of real time. Four a second cost 0.15 % of a core, ten 0.4 %. */
const idleIntervalMs = 250;
/** The interval of probes while bytes pass, in ms of real time. */
const busyIntervalMs = 20;
/** How long after the last bytes probes stay frequent, in ms of real time: a host may leave, and another one attach. */
const busyForMs = 1000;

/** Probes for hosts at an interval: often while bytes pass, rarely otherwise. Nothing reports that a host has left. */
export class AttachDetection {
  readonly #probe: () => void;
  #activeAt = Number.NEGATIVE_INFINITY;
  #intervalMs = idleIntervalMs;
  #timer: NodeJS.Timeout;

  /** `probe` is called at the interval from now on. */
  constructor(probe: () => void) {
    this.#probe = probe;
    this.#timer = this.#start();
  }

  /** Bytes were sent or received. */
  active(): void {
    this.#activeAt = performance.now();
    if (this.#intervalMs === idleIntervalMs) this.#setInterval(busyIntervalMs);
  }

  /** Stops the probes. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setInterval(() => this.#tick(), this.#intervalMs).unref();
  }

  #tick(): void {
    const isBusy = performance.now() - this.#activeAt <= busyForMs;
    if (this.#intervalMs === busyIntervalMs && !isBusy) this.#setInterval(idleIntervalMs);
    this.#probe();
  }

  #setInterval(intervalMs: number): void {
    clearInterval(this.#timer);
    this.#intervalMs = intervalMs;
    this.#timer = this.#start();
  }
}
