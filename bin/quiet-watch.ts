import { withWriteHook } from "../net/ports/write-hook.js";
import type { OpenPort } from "../net/serial.js";

/** So long nothing may have been said, in milliseconds of real time, for an answer to count as complete. */
const quietForMs = 250;
/** Whoever subscribed to a chatty topic would wait for ever. */
const maxWaitMs = 5000;

/** Knows when the module has last said something to the host. */
export class QuietWatch {
  #saidAt = 0;

  /** The same front end, watched. */
  watch(open: OpenPort): OpenPort {
    return async (events) =>
      withWriteHook(await open(events), () => {
        this.#saidAt = performance.now();
      });
  }

  /** Settles when the module has been silent for a moment: what was asked last has been answered, or will not be soon. */
  async wait(): Promise<void> {
    const start = performance.now();
    for (;;) {
      const now = performance.now();
      const end = Math.min(Math.max(start, this.#saidAt) + quietForMs, start + maxWaitMs);
      if (now >= end) return;
      await new Promise((resolve) => setTimeout(resolve, end - now));
    }
  }
}
