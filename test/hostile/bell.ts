/** Lets several wait for conditions over something that rings when it has changed. */
export class Bell {
  #waiting: (() => void)[] = [];

  ring(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Settles when `holds` does; fails after so many milliseconds, telling what it waited for. */
  async until(holds: () => boolean, what: () => string, within = 8000): Promise<void> {
    const deadline = performance.now() + within;
    while (!holds()) {
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
