import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";

/** The module's clock: the network's time, or another one that the host has set. */
export interface Clock {
  /** What it is ahead of calendar time, in ms. */
  readonly ahead: Millis;
  /** Quarter hours east of UTC. */
  readonly zone: number;
}

const two = (number: number): string => String(number).padStart(2, "0");

/** `±zz`. */
const zoneText = (zone: number): Octets => `${zone < 0 ? "-" : "+"}${two(Math.abs(zone))}`;

/** `yyyy/MM/dd,hh:mm:ss`. */
function momentText(time: Millis): Octets {
  const [date = "", hours = ""] = new Date(time).toISOString().split("T");
  return `${date.replaceAll("-", "/")},${hours.slice(0, 8)}`;
}

/** `yy/MM/dd,hh:mm:ss±zz`: UTC, and the zone (field). `time` is calendar time in ms since 1970. */
export const clockText = ({ ahead, zone }: Clock, time: Millis): Octets =>
  `${momentText(time + ahead).slice(2)}${zoneText(zone)}`;

const written = /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)$/;

/** The farthest zones, in quarter hours: as far as a profile may go. */
const maxZone = 96;

/** Reads `yy/MM/dd,hh:mm:ss±zz`; returns a clock that shows it at `time`, or undefined where there is no such moment. */
export function readClock(text: Octets, time: Millis): Clock | undefined {
  const [year, month, day, hour, minute, second, zone] = (written.exec(text) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || zone === undefined) return undefined;
  const moment = Date.UTC(2000 + year, month - 1, day, hour, minute, second);
  const clock = { ahead: moment - time, zone };
  return Math.abs(zone) <= maxZone && clockText(clock, time) === text.replace("-00", "+00") ? clock : undefined;
}

const quarterHour: Millis = 15 * 60_000;

/** The URC that `<n>` of AT+CTZR asks for when the zone changes; undefined: none (27.007 8.41). There is no summer time here. */
export function zoneReport(n: 0 | 1 | 2 | 3, { ahead, zone }: Clock, time: Millis): Octets | undefined {
  const universal = time + ahead;
  const lines = [
    undefined,
    `+CTZV:${zoneText(zone)}`,
    `+CTZE:${zoneText(zone)},0,"${momentText(universal + zone * quarterHour)}"`,
    `+CTZEU:${zoneText(zone)},0,"${momentText(universal)}"`,
  ];
  return lines[n];
}
