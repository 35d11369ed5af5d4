import type { Millis } from "../../mqtt/packet.js";
import type { Quiescence } from "./quiescence.js";

export type { Millis };

/** The source of a module's time. Any number of alarms may be set at once. */
export interface Clock {
  /** How many times faster than real time it runs; 1 for a manual clock. */
  readonly speed: number;
  /** The time in ms, from 0 on; it never goes back. */
  now(): Millis;
  /** Calls `ring` once, at the time `at` or soon after it, and never from inside this call. Returns a function that cancels it. */
  alarm(at: Millis, ring: () => void): () => void;
  /** Exists on a manual clock only: it counts what happens, because time goes on only when nothing happens any more. */
  readonly quiescence?: Quiescence;
}

const maxTimeoutMs: Millis = 2 ** 31 - 1; // setTimeout takes no longer one

/** The machine's clock, `times` as fast; `times` is above 0. */
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

/** The machine's clock at its own speed. */
export const systemClock = (): Clock => scaledClock(1);
