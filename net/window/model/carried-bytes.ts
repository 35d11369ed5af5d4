import type { RecordedEvent } from "../../trace/recorded-event.js";
import { bytesOfBase64 } from "./hex.js";

/** The names that the trace has for octets that cannot be printed: `<1A>`. */
const named = /<([0-9A-F]{2})>/g;

/** The bytes that an event carries: a line, a payload, or raw bytes; undefined where it carries none. */
export function bytesOf({ kind, line, terminator, text, base64 }: RecordedEvent): Uint8Array | undefined {
  if (typeof base64 === "string") return bytesOfBase64(base64);
  if (typeof text === "string") return kind === "payload" ? octets(text) : utf8(text);
  if (typeof line !== "string") return undefined;
  return octets(`${line}${typeof terminator === "string" ? terminator : ""}`);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Text in which some octets are named. */
function octets(text: string): Uint8Array {
  const parts = text
    .split(named)
    .map((part, at) => (at % 2 === 0 ? utf8(part) : Uint8Array.of(Number.parseInt(part, 16))));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
