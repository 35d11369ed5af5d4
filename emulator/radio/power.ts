import type { Millis } from "../../mqtt/packet.js";

/** The RRC and power-saving state. */
export type PowerMode =
  /** Not attached. */
  | "none"
  /** The RRC connection is up. */
  | "connected"
  /** No RRC connection. The network can page the module. */
  | "idle"
  /** Power Saving Mode: the network cannot reach the module. */
  | "psm";

/** The state of the RRC connection and of power saving. */
export interface Power {
  readonly mode: PowerMode;
  /** When the mode ends by itself. */
  readonly until: Millis;
  /** When the periodic tracking area update is due (T3412, from the end of the last connection). */
  readonly updateAt: Millis;
}

/** The timers T3324 (`active`) and T3412 (`update`) of AT+CPSMS, in ms. */
export interface PsmTimers {
  readonly active: Millis;
  readonly update: Millis;
}

const never: Millis = Number.POSITIVE_INFINITY;

/** The RRC connection is released after this time without data, in ms (AT manual). */
const inactivityMs: Millis = 20_000;

/** The state while the module is not attached. */
export const powerNone: Power = { mode: "none", until: never, updateAt: never };

/** The state after data were sent or received: the RRC connection is up until the inactivity time has passed. */
export const touch = (now: Millis): Power => ({ mode: "connected", until: now + inactivityMs, updateAt: never });

/** How soon the connection is released where the host expects no more, in ms. decided */
const releaseMs: Millis = 1000;

/** The state after the host has said that it expects no more data. */
export const released = (power: Power, now: Millis): Power =>
  power.mode === "connected" ? { ...power, until: Math.min(power.until, now + releaseMs) } : power;

/** The next state of each mode when its time is over. */
const nextState: { readonly [M in PowerMode]: (power: Power, psm: PsmTimers | undefined) => Power } = {
  none: (power) => power,
  connected: ({ until }, psm) =>
    psm === undefined
      ? { mode: "idle", until: never, updateAt: never }
      : { mode: "idle", until: until + psm.active, updateAt: until + psm.update },
  idle: ({ updateAt }) => ({ mode: "psm", until: updateAt, updateAt }),
  psm: ({ until }) => touch(until), // the tracking area update itself
};

/** The state at `now`, after all mode changes that are due. */
export function settlePower(power: Power, attached: boolean, psm: PsmTimers | undefined, now: Millis): Power {
  if (!attached) return powerNone;
  let settled = power.mode === "none" ? touch(now) : power; // attaching is traffic
  while (settled.until <= now) settled = nextState[settled.mode](settled, psm);
  return settled;
}
