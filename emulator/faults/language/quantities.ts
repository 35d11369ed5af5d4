import type { Millis } from "../../../mqtt/packet.js";
import type { Span } from "./sentence.js";

/** The longest span of time, in ms: 24 hours. decided */
const maxSpanMs = 24 * 3_600_000;

/** The units of a span of time, and the ms that each has; the largest stands last. */
export const spanUnits: Readonly<Record<string, Millis>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** `12s` in ms; undefined where it is no span, or none from 1 ms to 24 h. */
export function millisOf(text: string): Millis | undefined {
  const ms = momentOf(text);
  return ms !== undefined && ms >= 1 && ms <= maxSpanMs ? ms : undefined;
}

/** The same without limits: a moment of a run. */
export function momentOf(text: string): Millis | undefined {
  const [, figure, unit] = /^(\d{1,8}(?:\.\d{1,3})?)([a-z]+)$/i.exec(text) ?? [];
  const ms = Math.round(Number(figure) * (spanUnits[unit?.toLowerCase() ?? ""] ?? Number.NaN) * 1000) / 1000;
  return Number.isInteger(ms) ? ms : undefined;
}

/** `12s` or `1s..3s`; the first unit may be left out where both are the same. */
export function spanOf(text: string): Span | undefined {
  const [first = "", last, ...more] = text.split("..");
  if (last === undefined) return more.length > 0 ? undefined : between(millisOf(first), millisOf(first));
  const unit = /[a-z]+$/i.exec(last)?.[0] ?? "";
  return more.length > 0 ? undefined : between(millisOf(/\d$/.test(first) ? first + unit : first), millisOf(last));
}

const between = (min: Millis | undefined, max: Millis | undefined): Span | undefined =>
  min === undefined || max === undefined || min > max ? undefined : { min, max };

/** Parts a moment or the end of a span into its figure and the largest unit that leaves no remainder. */
function parted(ms: Millis): readonly [figure: number, unit: string] {
  const [unit, size] = Object.entries(spanUnits).findLast(([, size]) => ms % size === 0) ?? ["ms", 1];
  return [ms / size, unit];
}

/** As `millisOf` reads it. */
export const millisText = (ms: Millis): string => parted(ms).join("");

/** As `spanOf` reads it. */
export const spanText = ({ min, max }: Span): string =>
  min === max ? millisText(min) : `${millisText(min)}..${millisText(max)}`;

/** As a sentence for people has it: `12 s`, `1 to 3 s`. */
export function spanWords({ min, max }: Span): string {
  const [[least, unit], [most, otherUnit]] = [parted(min), parted(max)];
  if (min === max) return `${least} ${unit}`;
  return unit === otherUnit ? `${least} to ${most} ${unit}` : `${least} ${unit} to ${most} ${otherUnit}`;
}

/** A whole number in figures, in its bounds. */
export function numberOf(raw: string, min: number, max: number): number | undefined {
  const value = /^\d{1,7}$/.test(raw) ? Number(raw) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** `100B/s` or `2kB/s` in bytes per second, up to 1000 kB/s. */
export function rateOf(raw: string): number | undefined {
  const [, figure, kilo] = /^(\d{1,7})(k?)B\/s$/i.exec(raw) ?? [];
  const rate = Number(figure) * (kilo ? 1000 : 1);
  return rate >= 1 && rate <= 1_000_000 ? rate : undefined;
}

/** `1..8` or `4`, from 1 to 4096. */
export function sizeOf(raw: string): { readonly min: number; readonly max: number } | undefined {
  const [, first, last] = /^(\d{1,4})(?:\.\.(\d{1,4}))?$/.exec(raw) ?? [];
  const [min, max] = [Number(first), Number(last ?? first)];
  return min >= 1 && max <= 4096 && min <= max ? { min, max } : undefined;
}

/** `0.1%` as a number above 0 and up to 1. */
export function chanceOf(raw: string): number | undefined {
  const percent = /^\d{1,3}(\.\d{1,6})?%$/.test(raw) ? Number(raw.slice(0, -1)) : Number.NaN;
  return percent > 0 && percent <= 100 ? percent / 100 : undefined;
}
