import type { Millis } from "../../../mqtt/packet.js";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A moment of the module's clock: `12.345`, `1:02.345`, `23:59:59.999`. */
export function momentText(t: Millis): string {
  const ms = Math.round(Math.abs(t));
  const sign = t < 0 && ms > 0 ? "-" : "";
  const seconds = ((ms % minuteMs) / secondMs).toFixed(3);
  if (ms < minuteMs) return sign + seconds;
  const minutes = Math.floor((ms % hourMs) / minuteMs).toString();
  if (ms < hourMs) return `${sign}${minutes}:${seconds.padStart(6, "0")}`;
  return `${sign}${Math.floor(ms / hourMs)}:${minutes.padStart(2, "0")}:${seconds.padStart(6, "0")}`;
}

/** A span of time in its two largest units: `9 min 58 s`, `3.2 s`, `2 h`. */
export function spanText(span: Millis): string {
  if (span < 10 * secondMs) return `${Number((span / secondMs).toFixed(1))} s`;
  const ms = Math.round(span / secondMs) * secondMs;
  if (ms < minuteMs) return `${ms / secondMs} s`;
  if (ms < hourMs) return inTwo(ms, [minuteMs, "min"], [secondMs, "s"]);
  return ms < dayMs ? inTwo(ms, [hourMs, "h"], [minuteMs, "min"]) : inTwo(ms, [dayMs, "d"], [hourMs, "h"]);
}

type Unit = readonly [size: Millis, name: string];

function inTwo(ms: Millis, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}
