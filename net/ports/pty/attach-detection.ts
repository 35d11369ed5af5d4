// Real time, whatever the modem's clock: hosts live in it.
const idleIntervalMs = 250; // four looks a second cost 0.1 % of a core
const busyIntervalMs = 20;
/** So long after the last traffic a host is likely to leave, and another one to come. */
const busyForMs = 1000;

/** Looks again and again whether a host is there: often while something moves, seldom otherwise. */
export class AttachDetection {
  readonly #look: () => void;
  #movedAt = Number.NEGATIVE_INFINITY;
  #every = idleIntervalMs;
  #timer: NodeJS.Timeout;

  constructor(look: () => void) {
    this.#look = look;
    this.#timer = this.#start();
  }

  /** Something was sent or received. */
  moved(): void {
    this.#movedAt = performance.now();
    if (this.#every === idleIntervalMs) this.#change(busyIntervalMs);
  }

  /** From here on nobody looks. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setInterval(() => this.#wake(), this.#every).unref();
  }

  #wake(): void {
    if (this.#every === busyIntervalMs && performance.now() - this.#movedAt > busyForMs) this.#change(idleIntervalMs);
    this.#look();
  }

  #change(every: number): void {
    clearInterval(this.#timer);
    this.#every = every;
    this.#timer = this.#start();
  }
}
