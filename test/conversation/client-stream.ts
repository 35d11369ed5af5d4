import { notationOf } from "./client-packet.js";

/** The first packet's header and whole length; undefined while they cannot be known. */
function measure(bytes: Buffer): { readonly header: number; readonly length: number } | undefined {
  let body = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    body += (byte & 127) * 128 ** (at - 1);
    if (byte < 128) return { header: at + 1, length: at + 1 + body };
  }
  return { header: bytes.length, length: bytes.length }; // no packet has so long a length
}

/** Takes the whole packets off the front of what a client sent. */
export function clientPackets(bytes: Buffer) {
  const packets: { readonly bytes: Buffer; readonly text: string }[] = [];
  let rest = bytes;
  for (let next = measure(rest); next !== undefined && next.length <= rest.length; next = measure(rest)) {
    const packet = rest.subarray(0, next.length);
    packets.push({ bytes: packet, text: notationOf(packet, next.header) });
    rest = rest.subarray(next.length);
  }
  return { packets, rest };
}
