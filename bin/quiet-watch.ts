import { type OpenPort, withWriteHook } from "../net/serial.js";
import { pause } from "../net/time/real-time.js";

/** The silence of the module after which the last answer counts as complete, in ms of real time. */
const quietForMs = 250;
/** The longest wait for that silence, in ms of real time. A subscription may keep the module talking. */
const maxWaitMs = 5000;

/** Waits until the module is silent. */
export class QuietWatch {
  #saidAt = 0;

  /** The same front end; its output is noticed. */
  watch(open: OpenPort): OpenPort {
    return async (events) =>
      withWriteHook(await open(events), () => {
        this.#saidAt = performance.now();
      });
  }

  /** Resolves when the module has been silent for `quietForMs`, or after `maxWaitMs`. */
  async wait(): Promise<void> {
    const start = performance.now();
    for (;;) {
      const now = performance.now();
      const end = Math.min(Math.max(start, this.#saidAt) + quietForMs, start + maxWaitMs);
      if (now >= end) return;
      await pause(end - now);
    }
  }
}
