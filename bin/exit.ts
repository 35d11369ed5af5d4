import { writeSync } from "node:fs";
import { UserError } from "../net/user-error.js";

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** The longest time that closing may take after a signal, in ms; the second one where files are to be written. */
const closeTimeoutMs = 800;
const writeTimeoutMs = 60_000;

/** The end of the run: a signal, or a call of `end`. */
export class Ending {
  /** Resolves at the end of the run, with the failure that caused it, if any. */
  readonly reached: Promise<UserError | undefined>;
  #resolve: (failure: UserError | undefined) => void = () => {};
  #came = false;
  #passOn: ((signal: NodeJS.Signals) => void) | undefined;
  #hasToWrite = false;
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
    if (this.#came) this.#cutShort();
    setTimeout(() => this.#cutShort(), this.#hasToWrite ? writeTimeoutMs : closeTimeoutMs).unref();
    this.end();
  }

  #cutShort(): never {
    if (this.#hasToWrite) tell("it was ended before everything was written");
    process.exit(this.#hasToWrite ? 1 : 0);
  }
}

/** Writes an error to stderr, in one line; returns the exit code: 2 for usage, 1 for failure. */
export function complain(error: unknown): 1 | 2 {
  if (error instanceof UserError) {
    tell(error.message);
    return error.code;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (wantsStack()) say(`bc28-emu: this is a bug of bc28-emu:\n${stack}`);
  else
    say(`bc28-emu: this is a bug of bc28-emu, please report it; BC28_EMU_DEBUG=1 shows more: ${oneLine(gist(stack))}`);
  return 1;
}

/** The stack is shown on request, and at log level trace. */
const wantsStack = (): boolean =>
  Boolean(process.env.BC28_EMU_DEBUG) || /--log-level[= ]trace/.test(process.argv.join(" "));

/** The first line of an error, and the place where it was thrown. */
const gist = (stack: string): string =>
  `${stack.split("\n", 1)[0]} ${/\(?([^\s(]*:\d+:\d+)\)?/.exec(stack.slice(stack.indexOf("\n")))?.[1] ?? ""}`.trim();

/** A text without control characters: paths and names come from the user. */
const oneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (odd) => `\\x${odd.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** Writes a line for the user to stderr. */
export const tell = (text: string): void => say(`bc28-emu: ${oneLine(text)}`);

/** Writes synchronously, because the process may be about to end. */
function say(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {} // nobody reads it
}
