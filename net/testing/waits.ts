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
  #closed = false;

  /** Waits until `begin` calls what it was given. */
  async wait<T>(begin: (came: (value: T) => void) => void, { within = patience, complain }: Waiting): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let end = (_: string): void => {};
    const outcome = await new Promise<{ readonly value: T } | { readonly why: string }>((resolve) => {
      end = (why) => resolve({ why });
      this.#ends.add(end);
      timer = setTimeout(end, within, `within ${within} ms`);
      if (this.#closed) end("the modem is closed");
      else begin((value) => resolve({ value }));
    });
    clearTimeout(timer);
    this.#ends.delete(end);
    if ("value" in outcome) return outcome.value;
    throw new Error(`${complain()} (${outcome.why})`); // thrown here, so that its stack leads to the test
  }

  /** What a test has asked for; if it ends without awaiting it, that is no unhandled rejection. */
  asked<T>(answer: Promise<T>): Promise<T> {
    this.#asked.add(answer);
    const forget = (): boolean => this.#asked.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  /** Nothing will come any more. */
  close(): void {
    this.#closed = true;
    for (const answer of this.#asked) answer.catch(() => {});
    for (const end of this.#ends) end("the modem is closed");
  }
}
