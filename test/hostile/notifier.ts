/** Lets several callers wait for conditions on something that changes. */
export class Notifier {
  #waiting: (() => void)[] = [];

  /** Something has changed: all conditions are checked again. */
  notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the condition is true. Rejects after `within` ms of real time, with `what` in its message. */
  async until(condition: () => boolean, what: () => string, within = 8000): Promise<void> {
    const deadline = performance.now() + within;
    while (!condition()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`still waiting for ${what()}`);
      await this.#next(left);
    }
  }

  #next(within: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, within);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
