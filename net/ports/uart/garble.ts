import { Receiver } from "./receiver.js";

/** So much two speeds may differ for every byte to arrive as it was sent; the tenth bit is then half a bit off. */
const tolerance = 0.04;

/** Whether bytes sent at one speed are received at the other. */
export const isInTune = (from: number, to: number): boolean => Math.abs(from - to) <= tolerance * from;

/** What a receiver at `to` bits per second makes of bytes that came at `from` without a gap, with the line idle around them. */
export function garble(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (isInTune(from, to)) return bytes;
  const receiver = new Receiver(from, to);
  for (const byte of bytes) receiver.byte(byte);
  receiver.finish();
  return Uint8Array.from(receiver.take());
}
