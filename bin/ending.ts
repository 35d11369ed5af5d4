import type { UserError } from "../net/user-error.js";
import { tell } from "./complain.js";

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** The longest time that closing may take after a signal, in ms; the second one where files are to be written. */
const closeTimeoutMs = 800;
const writeTimeoutMs = 60_000;
/** A second signal so soon is the same one, in ms: timeout(1) and terminals send it to a process and to its group. */
const sameSignalMs = 300;

/** The end of the run: a signal, or a call of `end`. */
export class Ending {
  /** Resolves at the end of the run, with the failure that caused it, if any. */
  readonly reached: Promise<UserError | undefined>;
  #resolve: (failure: UserError | undefined) => void = () => {};
  #came = false;
  #passOn: ((signal: NodeJS.Signals) => void) | undefined;
  #hasToWrite = false;
  #signalledAt = Number.NEGATIVE_INFINITY;
  /** The first signal that has come. */
  signal: NodeJS.Signals | undefined;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const signal of signals) process.on(signal, () => this.#obey(signal));
  }

  #obey(signal: NodeJS.Signals): void {
    this.signal ??= signal;
    if (this.#passOn === undefined) this.#hurry();
    else this.#passOn(signal);
  }

  /** Passes signals on from now on. They no longer end the run. */
  passOn(to: (signal: NodeJS.Signals) => void): void {
    this.#passOn = to;
  }

  /** Files are to be written at the end: closing may take longer, and a second signal makes the run fail. */
  hasToWrite(): void {
    this.#hasToWrite = true;
  }

  /** Whether signals are passed on. */
  get isPassedOn(): boolean {
    return this.#passOn !== undefined;
  }

  get came(): boolean {
    return this.#came;
  }

  end(failure?: UserError): void {
    this.#came = true;
    this.#resolve(failure);
  }

  /** Ends the run after a signal: within the time-out, and at once after a second signal. */
  #hurry(): void {
    const now = performance.now();
    if (now - this.#signalledAt < sameSignalMs) return;
    this.#signalledAt = now;
    if (this.#came) this.#cutShort();
    setTimeout(() => this.#cutShort(), this.#hasToWrite ? writeTimeoutMs : closeTimeoutMs).unref();
    this.end();
  }

  #cutShort(): never {
    if (this.#hasToWrite) tell("it was ended before everything was written");
    process.exit(this.#hasToWrite ? 1 : 0);
  }
}
