import { fromBytes, type Octets, toBytes } from "../../at/octets.js";
import type { Qos } from "../../mqtt/packet.js";
import { Random } from "./random.js";

/** What a payload says about itself: who sent it, a number that is used once, and its QoS. */
export interface Tag {
  readonly from: "meter" | "server";
  readonly number: number;
  readonly qos: Qos;
}

/** A payload that tells its tag; the filler follows from it, so that a changed byte shows. */
export function payloadOf({ from, number, qos }: Tag): Octets {
  const random = new Random(number);
  const filler = Array.from({ length: random.between(0, 120) }, () => fillerOf(from, random));
  return `${from}-${number}-${qos};${filler.join("")}`;
}

/** A reading holds any byte but Ctrl+Z and ESC, so that it can be typed; a command is text, as a line can carry it. */
function fillerOf(from: Tag["from"], random: Random): Octets {
  const value = from === "meter" ? random.between(0, 255) : random.between(0x20, 0x7e);
  return value === 0x1a || value === 0x1b ? "." : String.fromCharCode(value);
}

/** Reads a tag; undefined where the payload is not exactly what was sent. */
export function tagOf(payload: Octets | Uint8Array): Tag | undefined {
  const octets = typeof payload === "string" ? payload : fromBytes(payload);
  const [, from, number, qos] = /^(meter|server)-(\d+)-([012]);/.exec(octets) ?? [];
  const tag = { from: from as Tag["from"], number: Number(number), qos: Number(qos) as Qos };
  return from !== undefined && payloadOf(tag) === octets ? tag : undefined;
}

export const bytesOf = (tag: Tag): Uint8Array => toBytes(payloadOf(tag));
