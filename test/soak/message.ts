import { fromBytes, type Octets, toBytes } from "../../at/octets.js";
import type { Qos } from "../../mqtt/packet.js";
import { Random } from "../random.js";

/** The identity of a message, which its payload holds: sender, a unique number, and QoS. */
export interface Tag {
  readonly from: "meter" | "server";
  readonly number: number;
  readonly qos: Qos;
}

/** The payload of a tag. Its filler depends on the tag, so that any changed byte is noticed. */
export function payloadOf({ from, number, qos }: Tag): Octets {
  const random = new Random(number);
  const filler = Array.from({ length: random.between(0, 120) }, () => fillerOf(from, random));
  return `${from}-${number}-${qos};${filler.join("")}`;
}

/** A byte of the filler. A reading has any bytes but Ctrl+Z and ESC, which end a payload entry; a command has text. */
function fillerOf(from: Tag["from"], random: Random): Octets {
  const value = from === "meter" ? random.between(0, 255) : random.between(0x20, 0x7e);
  return value === 0x1a || value === 0x1b ? "." : String.fromCharCode(value);
}

/** The tag of a payload; undefined if the payload is not exactly that of a tag. */
export function tagOf(payload: Octets | Uint8Array): Tag | undefined {
  const octets = typeof payload === "string" ? payload : fromBytes(payload);
  const [, from, number, qos] = /^(meter|server)-(\d+)-([012]);/.exec(octets) ?? [];
  const tag = { from: from as Tag["from"], number: Number(number), qos: Number(qos) as Qos };
  return from !== undefined && payloadOf(tag) === octets ? tag : undefined;
}

export const bytesOf = (tag: Tag): Uint8Array => toBytes(payloadOf(tag));
