import type { Context } from "../context.js";
import type { SocketAct } from "../io.js";
import type { LineOutcome } from "../mqtt-client.js";
import type { SocketChange, TraceEvent } from "../trace.js";
import { sentLine } from "./lines.js";
import {
  type Message,
  newSocket,
  type Pending,
  readFrom,
  type Socket,
  type SocketId,
  type SocketRequest,
  settledTable,
  socketOf,
  unconnected,
  withoutSocket,
  withSocket,
} from "./socket.js";

/** How long a dial may take, in ms. decided */
const dialTimeoutMs = 75_000;

/** The flags of AT+NSOSTF and AT+NSOSD: the RRC connection is released after this message, or after the answer to it. */
const releaseAfterSending = 0x200;
const releaseAfterAnswer = 0x400;

/** Carries out a request. Its output follows the final result of the line. */
export function carryOut(context: Context, request: SocketRequest): void {
  const { ram } = context;
  const table = settledTable(ram.state.sockets, ram.client.session.phase);
  const put = (...outcomes: readonly LineOutcome[]): number => ram.afterResult.push(...outcomes);
  if (request.kind === "create") {
    const { kind: _, ...given } = request;
    ram.state = { ...ram.state, sockets: withSocket(table, newSocket(given)) };
    put(change(request.id, { state: "created", protocol: request.protocol, port: request.port }));
    return;
  }
  const socket = socketOf(table, request.id);
  if (socket === undefined) return;
  const after = socketAfter(context, socket, request, put);
  ram.state = { ...ram.state, sockets: after ? withSocket(table, after) : withoutSocket(table, socket.id) };
}

/** Carries out a request for a socket that exists; returns the socket after it, or undefined: it is gone. */
function socketAfter(
  context: Context,
  socket: Socket,
  request: Exclude<SocketRequest, { readonly kind: "create" }>,
  put: (...outcomes: readonly LineOutcome[]) => void,
): Socket | undefined {
  const { effects } = context;
  const shown = (bytes: Uint8Array): Uint8Array => effects.socketSecrets.data(socket.id, bytes);
  switch (request.kind) {
    case "read":
      return readSocket(socket, request.length);
    case "connect": {
      const { to } = request;
      const handle = newHandle(context);
      put(
        change(socket.id, { state: "dialled", ...to }),
        act(handle, { kind: "dial", host: to.address, port: to.port }),
      );
      const giveUpAt = context.now + dialTimeoutMs;
      return { ...socket, ...unconnected, phase: "connecting", handle, peer: to, giveUpAt };
    }
    case "datagram": {
      const handle = socket.handle ?? newHandle(context);
      const { to, bytes } = request;
      const number = request.seq === undefined ? {} : { number: socket.sent + 1 };
      if (effects.isTraced)
        put(trace({ kind: "datagram", socket: socket.id, way: "sent", ...to, payload: shown(bytes) }));
      put(act(handle, { kind: "datagram", ...to, bytes, ...number }), ...releases(request));
      return withMessage({ ...socket, handle, sent: socket.sent + 1 }, request);
    }
    case "data": {
      const { handle, phase } = socket;
      const { bytes, seq } = request;
      if (handle === undefined) return socket;
      if (phase === "connecting") {
        put(change(socket.id, { state: "early", bytes: bytes.length }));
        if (seq !== undefined)
          context.ram.scheduledUrcs.put({ line: sentLine(socket.id, seq, "lost"), at: context.now });
        return socket;
      }
      if (effects.isTraced) put(trace({ kind: "data", socket: socket.id, way: "sent", payload: shown(bytes) }));
      put(act(handle, { kind: "bytes", bytes }), ...releases(request));
      return withMessage({ ...socket, sent: socket.sent + bytes.length }, request);
    }
    case "close": {
      const { handle, protocol, phase } = socket;
      put(change(socket.id, { state: "closed" }));
      const how = protocol === "UDP" ? "close" : phase === "connected" ? "end" : "reset";
      if (handle !== undefined) put(act(handle, { kind: how }));
      return undefined;
    }
  }
}

/** The next number of a socket in the network. */
function newHandle(context: Context): number {
  context.lastSocket += 1;
  return context.lastSocket;
}

/** The socket after AT+NSORF. A socket that has ended is gone when all its data are read. */
function readSocket(socket: Socket, length: number): Socket | undefined {
  const after = readFrom(socket, length)?.socket ?? socket;
  return after.phase === "ended" && after.unread.length === 0 ? undefined : after;
}

/** The socket with a message among those that are not sent yet, if it has a sequence number. */
function withMessage(socket: Socket, { seq, flag }: Message): Socket {
  const pending: readonly Pending[] = seq === undefined ? [] : [{ seq, mark: socket.sent }];
  return {
    ...socket,
    pending: [...socket.pending, ...pending],
    releases: flag === undefined ? socket.releases : flag === releaseAfterAnswer,
  };
}

const releases = ({ flag }: Message): readonly LineOutcome[] => (flag === releaseAfterSending ? [{ to: "rrc" }] : []);

const act = (handle: number, what: SocketAct): LineOutcome => ({ to: "socket", handle, act: what });
const trace = (event: TraceEvent): LineOutcome => ({ to: "trace", event });
const change = (socket: SocketId, what: SocketChange): LineOutcome => trace({ kind: "socket", socket, ...what });
