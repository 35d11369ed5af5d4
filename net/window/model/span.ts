/** A span of time for people, in the two units that matter: `12 µs`, `4.5 ms`, `12.3 s`, `2 min 03 s`, `1 d 4 h`. */
export function spanText(ms: number): string {
  if (ms < 0) return `-${spanText(-ms)}`;
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${short(ms)} ms`;
  if (ms < 59_950) return `${short(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  return minutes < 1440 ? pair(minutes, 60, "h", "min") : pair(Math.round(minutes / 60), 24, "d", "h");
}

const short = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

function pair(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  return `${Math.floor(value / base)} ${large}${rest === 0 ? "" : ` ${String(rest).padStart(2, "0")} ${small}`}`;
}

const padded = (value: number, width = 2): string => String(value).padStart(width, "0");

/** A time of the module's clock: `00:12.345`, `1:02:03.456`, `2d 01:02:03.456`. */
export function clockText(t: number): string {
  const ms = Math.floor(t % 1000);
  const all = Math.floor(t / 1000);
  const [days, hours, minutes] = [Math.floor(all / 86_400), Math.floor(all / 3600) % 24, Math.floor(all / 60) % 60];
  const tail = `${padded(minutes)}:${padded(all % 60)}.${padded(ms, 3)}`;
  if (days > 0) return `${days}d ${padded(hours)}:${tail}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** The same for a narrow column: without milliseconds from the second day on. */
export const shortClockText = (t: number): string => clockText(t).replace(/^(\d+d .*)\.\d+$/, "$1");

/** What is left until a deadline, for a countdown: whole seconds above ten, tenths below. */
export function leftText(ms: number): string {
  if (ms <= 0) return "now";
  if (ms < 10_000) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
  return spanText(Math.ceil(ms / 1000) * 1000);
}
