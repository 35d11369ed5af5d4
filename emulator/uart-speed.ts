import type { Millis } from "../mqtt/packet.js";
import type { Natspeed } from "./memory/nvm.js";

/** A speed that no command has come at yet. */
interface Trial {
  /** What comes back if none does. */
  readonly before: Natspeed;
  readonly until: Millis;
  /** Whether the new speed is to outlive a reboot. */
  readonly store: boolean;
}

/** The serial port as it runs. */
export interface UartSpeed {
  readonly speed: Natspeed;
  readonly trial: Trial | undefined;
}

/** The port after a start. */
export const uartSpeedAt = (speed: Natspeed): UartSpeed => ({ speed, trial: undefined });

/** The port at `now`: the old speed comes back when the trial's time is over (AT manual). */
export function uartSpeedAfter(port: UartSpeed, now: Millis): UartSpeed {
  const { trial } = port;
  return trial === undefined || trial.until > now ? port : uartSpeedAt(trial.before);
}

/** When the port goes back by itself. */
export const uartSpeedWakeAt = ({ trial }: UartSpeed): Millis => trial?.until ?? Number.POSITIVE_INFINITY;
