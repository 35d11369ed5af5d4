import { writeSync } from "node:fs";
import { UserError } from "../net/user-error.js";

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

/** Says on stderr what went wrong, in one line; returns the exit code: 2 for usage, 1 for failure. */
export function complain(error: unknown): 1 | 2 {
  if (error instanceof UserError) {
    say(`bc28-emu: ${oneLine(error.message)}`);
    return error.code;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (wantsStack()) say(`bc28-emu: this is a bug of bc28-emu:\n${stack}`);
  else
    say(`bc28-emu: this is a bug of bc28-emu, please report it; BC28_EMU_DEBUG=1 shows more: ${oneLine(gist(stack))}`);
  return 1;
}

/** Whoever reads the trace is after a bug already. */
const wantsStack = (): boolean =>
  Boolean(process.env.BC28_EMU_DEBUG) || /--log-level[= ]trace/.test(process.argv.join(" "));

/** What was thrown, and where. */
const gist = (stack: string): string =>
  `${stack.split("\n", 1)[0]} ${/\(?([^\s(]*:\d+:\d+)\)?/.exec(stack.slice(stack.indexOf("\n")))?.[1] ?? ""}`.trim();

/** Paths and names come from the user, with whatever is in them. */
const oneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (odd) => `\\x${odd.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** Synchronous: the process may be about to end. */
function say(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {} // nobody reads it
}
