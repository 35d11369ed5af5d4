/** Who sends without such a pause, in milliseconds, is still in the same breath. */
const breath = 5;
/** So long what is known counts while nothing moves, in milliseconds. */
const lasts = 250;

/** Knows when the host may have set another speed since the last look, where every change of it matters. */
export class SpeedWatch {
  /** Whether anybody wants to know. */
  readonly follows: boolean;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(follows: boolean) {
    this.follows = follows;
  }

  /** A look at the termios begins. */
  looks(): void {
    this.#lookedAt = performance.now();
  }

  /** Something was said to the host: an answer is what hosts change their speed after. */
  answered(): void {
    this.#heardAt = Number.NEGATIVE_INFINITY;
  }

  /** The host has sent something: whether to look before it is handed on. */
  hears(): boolean {
    const now = performance.now();
    const pause = now - this.#heardAt;
    this.#heardAt = now;
    return this.follows && pause > breath;
  }

  /** Nothing has come: whether it is time to look all the same. */
  get isOutdated(): boolean {
    return this.follows && performance.now() - this.#lookedAt > lasts;
  }
}
