import { asBuffer, type Octets } from "../../at/octets.js";
import { maxDataBytes, type Received, type SocketId } from "./socket.js";

/** Bytes in hexadecimal, as the module prints them. */
export const hexOf = (bytes: Uint8Array): Octets => asBuffer(bytes).toString("hex").toUpperCase();

/** The URC for a message with a sequence number: it was sent, or not. */
export const sentLine = (id: SocketId, seq: number, fate: "sent" | "lost"): Octets =>
  `+NSOSTR:${id},${seq},${fate === "sent" ? 1 : 0}`;

/** The URC for data that can be read. */
export const arrivedLine = (id: SocketId, length: number): Octets => `+NSONMI:${id},${length}`;

/** The URCs that hold received data, in pieces as long as AT+NSORF could read. Mode 2 also shows the sender. */
export function shownLines(id: SocketId, { address, port, bytes }: Received, mode: 2 | 3): readonly Octets[] {
  const from = mode === 2 ? `${address},${port},` : "";
  const count = Math.max(1, Math.ceil(bytes.length / maxDataBytes));
  const pieces = Array.from({ length: count }, (_, at) => bytes.subarray(at * maxDataBytes, (at + 1) * maxDataBytes));
  return pieces.map((piece) => `+NSONMI:${id},${from}${piece.length},${hexOf(piece)}`);
}

/** The URC for a TCP connection that is up (quirk `nsocoOk`). field */
export const connectedLine = (id: SocketId): Octets => `+NSOCO: ${id}`;

/** The URC for a connection that the far end has closed. */
export const closedLine = (id: SocketId): Octets => `+NSOCLI: ${id}`;
