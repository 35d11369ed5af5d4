import type { Clock } from "../time/clock.js";

/** How long something is waited for, and what is said when it does not come. */
export interface Waiting {
  /** In ms of real time, whatever the modem's clock does. Left out: 2000. */
  readonly within?: number | undefined;
  /** What was waited for in vain, and what was seen instead. */
  complain(): string;
}

const patience = 2000; // less than the 5 s that test runners give a test

/** All that a test waits for at a modem: it ends with what came, with a time limit, or with the modem. */
export class Waits {
  readonly #ends = new Set<(why: string) => void>();
  readonly #asked = new Set<Promise<unknown>>();
  readonly #clock: Clock;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits until `begin` calls what it was given. */
  async wait<T>(begin: (came: (value: T) => void) => void, { within = patience, complain }: Waiting): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let end = (_: string): void => {};
    const outcome = await new Promise<{ readonly value: T } | { readonly why: string }>((resolve) => {
      end = (why) => resolve({ why });
      this.#ends.add(end);
      timer = setTimeout(() => end(`within ${within} ms${this.#standstill}`), within);
      if (this.#closed) end("the modem is closed");
      else begin((value) => resolve({ value }));
    });
    clearTimeout(timer);
    this.#ends.delete(end);
    if ("value" in outcome) return outcome.value;
    throw new Error(`${complain()} (${outcome.why})`);
  }

  /**
   * What a test has asked for by calling `method`: if it fails, its stack leads to that call. What fails when the modem is
   * closed is no unhandled rejection; what failed before and was never awaited is one, or the test would not know.
   */
  asked<T>(answer: Promise<T>, method: (...args: never[]) => unknown): Promise<T> {
    const place = placeOf(method);
    const told = answer
      .catch((error: Error) => {
        error.stack = `${error.name}: ${error.message}\n${place}`;
        throw error;
      })
      .finally(() => this.#asked.delete(told));
    this.#asked.add(told);
    return told;
  }

  /** Nothing will come any more. */
  close(): void {
    this.#closed = true;
    for (const answer of this.#asked) answer.catch(() => {});
    for (const end of this.#ends) end("the modem is closed");
  }

  /** Whoever waits while no time passes is reminded of it. */
  get #standstill(): string {
    return this.#clock.movement ? `; its clock stands at ${this.#clock.now()} ms until clock.advance` : "";
  }
}

/** From where `method` was called: the lines of a stack below it. */
function placeOf(method: (...args: never[]) => unknown): string {
  const place = { stack: "" };
  Error.captureStackTrace(place, method);
  return place.stack.replace(/^.*\n/, "");
}
