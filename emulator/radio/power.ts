import type { Millis } from "../../mqtt/packet.js";

/** What the radio does while the module is attached. */
export type PowerMode =
  /** Not attached. */
  | "none"
  /** A radio connection (RRC) is up. */
  | "connected"
  /** No connection; the network can page. */
  | "idle"
  /** Power Saving Mode: the network cannot reach the module. */
  | "psm";

/** The radio connection and power saving, as plain data. */
export interface Power {
  readonly mode: PowerMode;
  /** When the mode ends by itself. */
  readonly until: Millis;
  /** When the periodic tracking area update is due (T3412, from the end of the last connection). */
  readonly updateAt: Millis;
}

/** What AT+CPSMS asked for; undefined where power saving is off. Milliseconds. */
export interface PsmTimers {
  readonly active: Millis;
  readonly update: Millis;
}

const never: Millis = Number.POSITIVE_INFINITY;

/** A connection ends when so long nothing was sent or received (AT manual). */
const inactivity: Millis = 20_000;

/** Before anything is attached. */
export const powerNone: Power = { mode: "none", until: never, updateAt: never };

/** Something is sent or received: the connection is up, for now. */
export const touch = (now: Millis): Power => ({ mode: "connected", until: now + inactivity, updateAt: never });

/** Where each mode leads when its time is over. */
const onward: { readonly [M in PowerMode]: (power: Power, psm: PsmTimers | undefined) => Power } = {
  none: (power) => power,
  connected: ({ until }, psm) =>
    psm === undefined
      ? { mode: "idle", until: never, updateAt: never }
      : { mode: "idle", until: until + psm.active, updateAt: until + psm.update },
  idle: ({ updateAt }) => ({ mode: "psm", until: updateAt, updateAt }),
  psm: ({ until }) => touch(until), // the tracking area update itself
};

/** The power state after everything that is due by `now` has happened. */
export function settlePower(power: Power, attached: boolean, psm: PsmTimers | undefined, now: Millis): Power {
  if (!attached) return powerNone;
  let settled = power.mode === "none" ? touch(now) : power; // attaching is traffic
  while (settled.until <= now) settled = onward[settled.mode](settled, psm);
  return settled;
}
