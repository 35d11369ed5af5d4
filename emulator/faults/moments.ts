import type { Millis } from "../../mqtt/packet.js";

/** A waiter for a moment of the module's clock, counted from power-up in ms. */
interface Waiter {
  readonly at: Millis;
  readonly again: boolean;
  readonly act: () => void;
  stop: (() => void) | undefined;
}

/** Moments since power-up that are waited for. A moment that has passed comes again after the next power-up. */
export class Moments {
  readonly #after: (span: Millis, act: () => void) => () => void;
  readonly #sincePowerUp: () => Millis | undefined;
  #waiters: Waiter[] = [];

  /** `after` does something after a span of the module's time; `sincePowerUp` is undefined where no time passes for the module. */
  constructor(after: (span: Millis, act: () => void) => () => void, sincePowerUp: () => Millis | undefined) {
    this.#after = after;
    this.#sincePowerUp = sincePowerUp;
  }

  /** Waits for a moment, once or after each power-up. Returns a function that ends the waiting. */
  wait(at: Millis, again: boolean, act: () => void): () => void {
    const waiter: Waiter = { at, again, act, stop: undefined };
    this.#waiters.push(waiter);
    this.#set(waiter);
    return () => this.#drop(waiter);
  }

  /** The module's clock was set going, or stopped. */
  settle(): void {
    for (const waiter of this.#waiters) this.#set(waiter);
  }

  #set(waiter: Waiter): void {
    waiter.stop?.();
    waiter.stop = undefined;
    const since = this.#sincePowerUp();
    if (since === undefined || since > waiter.at) return;
    waiter.stop = this.#after(waiter.at - since, () => {
      waiter.stop = undefined;
      if (!waiter.again) this.#drop(waiter);
      waiter.act();
    });
  }

  #drop(waiter: Waiter): void {
    waiter.stop?.();
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
  }
}
