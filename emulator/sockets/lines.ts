import { asBuffer, type Octets } from "../../at/octets.js";
import { maxDataBytes, type Received, type SocketId } from "./socket.js";

/** Bytes in hexadecimal, as the module prints them. */
export const hexOf = (bytes: Uint8Array): Octets => asBuffer(bytes).toString("hex").toUpperCase();

/** The URC that tells what became of a message with a sequence number. */
export const sentLine = (id: SocketId, seq: number, isSent: boolean): Octets =>
  `+NSOSTR:${id},${seq},${Number(isSent)}`;

/** The URC that tells that something can be read. */
export const arrivedLine = (id: SocketId, length: number): Octets => `+NSONMI:${id},${length}`;

/** The URCs that show what has come, in pieces that AT+NSORF could have; mode 2 shows from where. */
export function shownLines(id: SocketId, { address, port, bytes }: Received, mode: 2 | 3): readonly Octets[] {
  const from = mode === 2 ? `${address},${port},` : "";
  const count = Math.max(1, Math.ceil(bytes.length / maxDataBytes));
  const pieces = Array.from({ length: count }, (_, at) => bytes.subarray(at * maxDataBytes, (at + 1) * maxDataBytes));
  return pieces.map((piece) => `+NSONMI:${id},${from}${piece.length},${hexOf(piece)}`);
}

/** The URC that tells that TCP is connected (quirk `nsocoOk`). field */
export const connectedLine = (id: SocketId): Octets => `+NSOCO: ${id}`;

/** The URC that tells that the far end has closed. */
export const closedLine = (id: SocketId): Octets => `+NSOCLI: ${id}`;
