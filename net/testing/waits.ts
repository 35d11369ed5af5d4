import type { Clock } from "../time/clock.js";

/** How long to wait for something, and the error message when it does not come. */
export interface Waiting {
  /** In ms of real time, whatever the modem's clock does. Left out: 2000. */
  readonly within?: number | undefined;
  /** Says what did not come, and what came instead. */
  problem(): string;
}

/** How long to wait by default, in ms of real time: less than the 5 s after which test runners fail a test. */
export const defaultTimeoutMs = 2000;

/** Everything that a test waits for at a modem. A wait ends with its value, with its time-out, or when the modem is closed. */
export class Waits {
  readonly #ends = new Set<(why: string) => void>();
  /** The promises that tests have got and that are not settled. */
  readonly #asked = new Set<Promise<unknown>>();
  readonly #clock: Clock;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `begin`, and resolves with the value that it passes to its argument. Rejects at the time-out, or when closed. */
  async wait<T>(
    begin: (resolve: (value: T) => void) => void,
    { within = defaultTimeoutMs, problem }: Waiting,
  ): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let end = (_: string): void => {};
    const outcome = await new Promise<{ readonly value: T } | { readonly why: string }>((resolve) => {
      end = (why) => resolve({ why });
      this.#ends.add(end);
      timer = setTimeout(() => end(`within ${within} ms${this.#clockHint}`), within);
      if (this.#closed) end("the modem is closed");
      else begin((value) => resolve({ value }));
    });
    clearTimeout(timer);
    this.#ends.delete(end);
    if ("value" in outcome) return outcome.value;
    throw new Error(`${problem()} (${outcome.why})`);
  }

  /**
   * Wraps the promise that the public `method` returns, so that the stack of its error shows the test's call. If nobody
   * awaits it, an error before `close` is an unhandled rejection, which the test runner reports; one by `close` is not.
   */
  asked<T>(answer: Promise<T>, method: (...args: never[]) => unknown): Promise<T> {
    const place = placeOf(method);
    const promise = answer
      .catch((error: Error) => {
        error.stack = `${error.name}: ${error.message}\n${place}`;
        throw error;
      })
      .finally(() => this.#asked.delete(promise));
    this.#asked.add(promise);
    return promise;
  }

  /** Rejects everything that waits: the modem is closed. */
  close(): void {
    this.#closed = true;
    for (const answer of this.#asked) answer.catch(() => {});
    for (const end of this.#ends) end("the modem is closed");
  }

  /** With a manual clock: a hint that time stands still, for the error message. */
  get #clockHint(): string {
    return this.#clock.quiescence ? `; its clock stands at ${this.#clock.now()} ms until clock.advance` : "";
  }
}

/** The lines of the stack below `method`: where it was called. */
function placeOf(method: (...args: never[]) => unknown): string {
  const place = { stack: "" };
  Error.captureStackTrace(place, method);
  return place.stack.replace(/^.*\n/, "");
}
