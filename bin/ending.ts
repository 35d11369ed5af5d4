import type { UserError } from "../net/user-error.js";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How long saying goodbye may take after a signal, in milliseconds. */
const closeTimeoutMs = 800;

/** The end of the program, awaited: a signal, or what else calls `end`. */
export class Ending {
  /** Settles with what went wrong, if anything. */
  readonly reached: Promise<UserError | undefined>;
  #resolve: (failure: UserError | undefined) => void = () => {};
  #came = false;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const signal of signals) process.on(signal, () => this.#hurry());
  }

  get came(): boolean {
    return this.#came;
  }

  end(failure?: UserError): void {
    this.#came = true;
    this.#resolve(failure);
  }

  /** A signal is obeyed soon, whoever does not let go of us; a second one at once. */
  #hurry(): void {
    if (this.#came) process.exit(0);
    setTimeout(() => process.exit(0), closeTimeoutMs).unref();
    this.end();
  }
}
