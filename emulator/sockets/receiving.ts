import type { Context } from "../context.js";
import { arrivedLine, shownLines } from "./lines.js";
import { type Inbound, maxUnreadBytes, maxUnreadDatagrams, type Received, type Socket } from "./socket.js";

/** Takes a datagram, or bytes of a stream; returns the socket after it. AT+NSONMI decides how the host hears of it. */
export function receive(context: Context, socket: Socket, event: Exclude<Inbound, { readonly kind: "down" }>): Socket {
  const { ram, effects, now } = context;
  const { bytes } = event;
  const received: Received = event.kind === "datagram" ? event : { ...(socket.peer ?? nobody), bytes };
  ram.rrc.touch(now);
  if (socket.releases) ram.rrc.release(now);
  const after = socket.releases ? { ...socket, releases: false } : socket;
  if (effects.isTraced) traceReceived(context, socket, received);
  if (!socket.receives) return after;
  const mode = ram.state.nvm.nsonmi;
  if (mode === 2 || mode === 3) return showAtOnce(context, after, received, mode);
  return keepForReading(context, after, received, mode === 1);
}

/** The far end of a stream that has none any more. */
const nobody = { address: "0.0.0.0", port: 0 };

function traceReceived({ effects }: Context, { id, protocol }: Socket, { bytes, address, port }: Received): void {
  const event = { socket: id, way: "received", payload: bytes } as const;
  effects.trace(protocol === "UDP" ? { kind: "datagram", ...event, address, port } : { kind: "data", ...event });
}

/** Sends the bytes to the host in the URC itself, behind what waits for AT+NSORF from another mode. decided */
function showAtOnce({ ram, effects }: Context, socket: Socket, received: Received, mode: 2 | 3): Socket {
  const { id, protocol, unread } = socket;
  if (protocol === "UDP" && ram.urcQueue.isFull) {
    effects.trace({ kind: "socket", socket: id, state: "full", bytes: received.bytes.length });
    return socket;
  }
  for (const each of [...unread, received]) for (const line of shownLines(id, each, mode)) ram.urcQueue.put(line);
  return unread.length === 0 ? socket : { ...socket, unread: [], unreadBytes: 0, isTold: false };
}

/** Keeps the bytes for AT+NSORF. A datagram without room is dropped. Bytes of a stream wait in TCP before that. */
function keepForReading({ ram, effects }: Context, socket: Socket, received: Received, isToBeTold: boolean): Socket {
  const { id, protocol, unread, unreadBytes, isTold } = socket;
  const { length } = received.bytes;
  if (protocol === "UDP" && (unreadBytes + length > maxUnreadBytes || unread.length >= maxUnreadDatagrams)) {
    effects.trace({ kind: "socket", socket: id, state: "full", bytes: length });
    return socket;
  }
  if (isToBeTold && !isTold) ram.urcQueue.put(arrivedLine(id, length));
  const { address, port } = received;
  const entry = { address, port, bytes: Buffer.from(received.bytes) }; // a copy: it may be kept long
  return { ...socket, unread: [...unread, entry], unreadBytes: unreadBytes + length, isTold: isTold || isToBeTold };
}
