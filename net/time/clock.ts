import type { Millis } from "../../mqtt/packet.js";
import type { Quiescence } from "./quiescence.js";

export type { Millis };

/** Where time comes from. Any number of alarms may be set at once. */
export interface Clock {
  /** How many times faster than real time it runs. */
  readonly speed: number;
  /** Monotonic, from 0. */
  now(): Millis;
  /** Calls `ring` once at `at` or soon after; returns how to call it off. */
  alarm(at: Millis, ring: () => void): () => void;
  /** Given: time waits until all is still, and so everything that moves is counted there. */
  readonly movement?: Quiescence;
}

const maxTimeoutMs: Millis = 2 ** 31 - 1; // setTimeout takes no more

/** The machine's clock, running `times` times as fast. */
export function scaledClock(times: number): Clock {
  const start = performance.now();
  const now = (): Millis => (performance.now() - start) * times;
  return {
    speed: times,
    now,
    alarm(at, ring) {
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        const left = (at - now()) / times;
        timer = setTimeout(() => (at > now() ? wait() : ring()), Math.min(Math.max(Math.ceil(left), 0), maxTimeoutMs));
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
}

/** The machine's clock. */
export const systemClock = (): Clock => scaledClock(1);
