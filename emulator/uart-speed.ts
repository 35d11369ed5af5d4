import type { Millis } from "../mqtt/packet.js";
import type { Natspeed } from "./memory/nvm.js";

/** The trial of a new speed, until the first command at this speed succeeds. */
interface Trial {
  /** The speed to return to when the trial ends without a command. */
  readonly before: Natspeed;
  readonly until: Millis;
  /** Whether the new speed is stored in NVM. */
  readonly store: boolean;
}

/** The current settings of the UART. */
export interface UartSpeed {
  readonly speed: Natspeed;
  readonly trial: Trial | undefined;
}

/** The UART after a start. */
export const uartSpeedAt = (speed: Natspeed): UartSpeed => ({ speed, trial: undefined });

/** The UART at `now`. The old speed returns when the trial times out (AT manual). */
export function uartSpeedAfter(port: UartSpeed, now: Millis): UartSpeed {
  const { trial } = port;
  return trial === undefined || trial.until > now ? port : uartSpeedAt(trial.before);
}

/** When the trial times out. */
export const uartSpeedWakeAt = ({ trial }: UartSpeed): Millis => trial?.until ?? Number.POSITIVE_INFINITY;
