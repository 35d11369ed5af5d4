import { sttySpeeds } from "../net/ports/termios.js";
import type { Baud } from "../net/ports/uart/uart.js";
import type { FrontEnd } from "./front-ends.js";
import { usage } from "./usage.js";

const slowest = 50;
const fastest = 4_000_000;

/** Checks what stands behind --baud; a device has the speeds of stty, and nobody on it whose speed could be read. */
export function readBaud(text: string | undefined, frontEnds: readonly FrontEnd[]): Baud | undefined {
  if (text === undefined) return undefined;
  const onDevice = frontEnds.some(({ kind }) => kind === "device");
  const given = `--baud ${JSON.stringify(text)}`;
  if (text === "host" && !onDevice) return "host";
  if (text === "host") throw usage(`${given}: nobody can tell what is set behind a --device; give a number`);
  const baud = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(baud >= slowest && baud <= fastest)) {
    throw usage(`${given}: give bits per second, ${slowest} to ${fastest}${onDevice ? "" : ", or host"}`);
  }
  if (onDevice && !sttySpeeds.includes(baud)) {
    throw usage(`${given}: a device can have ${nearest(baud).join(" or ")}`);
  }
  return baud;
}

/** The speeds between which it stands. */
function nearest(baud: number): readonly number[] {
  const next = sttySpeeds.findIndex((speed) => speed > baud);
  return sttySpeeds.slice(Math.max(0, next - 1), next + 1);
}
