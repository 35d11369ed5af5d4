import type { FinalResult } from "../../at/format.js";
import type { Context } from "../context.js";
import type { Effect, SocketEvent } from "../io.js";
import type { SocketChange } from "../trace.js";
import { finishWaiting } from "../waiting-line.js";
import { closedLine, connectedLine, sentLine } from "./lines.js";
import { arrive } from "./receiving.js";
import {
  type Inbound,
  maxUnreadBytes,
  type Pending,
  type Socket,
  type SocketHandle,
  type SocketTable,
  unconnected,
  withoutSocket,
  withSocket,
} from "./socket.js";

/** Takes an event of a socket. Events of one that is gone are ignored. */
export function takeSocketEvent(context: Context, handle: SocketHandle, event: SocketEvent): void {
  const socket = context.ram.state.sockets?.sockets.find((each) => each.handle === handle);
  if (socket === undefined) return;
  switch (event.kind) {
    case "up":
      connected(context, socket);
      break;
    case "sent":
      settlePending({ ...socket, taken: event.total }, context);
      break;
    case "handed":
    case "notHanded":
      takeReport(context, socket, event.number, event.kind === "handed");
      break;
    case "sendFailed":
      failPending(context, socket);
      break;
    default:
      hold(context, socket, event);
  }
}

/** A dial has succeeded. Its answer keeps the RRC connection up also during PSM. */
function connected(context: Context, socket: Socket): void {
  context.ram.rrc.touch(context.now);
  trace(context, socket, { state: "up" });
  put(context, { ...socket, phase: "connected", giveUpAt: unconnected.giveUpAt });
  if (isAccepted(context)) context.ram.urcQueue.put(connectedLine(socket.id));
  else finishWaiting(context, "OK");
}

/** What comes is read in its order, and not during PSM; datagrams that have no room then are dropped. */
function hold(context: Context, socket: Socket, event: Inbound): void {
  const isDialled = event.kind === "down" && socket.phase === "connecting";
  if (!isDialled && (context.ram.rrc.isAsleep || socket.held.length > 0)) {
    const size = socket.held.reduce((sum, each) => sum + sizeOf(each), sizeOf(event));
    if (event.kind === "datagram" && size > maxUnreadBytes)
      trace(context, socket, { state: "full", bytes: sizeOf(event) });
    else put(context, { ...socket, held: [...socket.held, event] });
  } else read(context, socket, event);
}

const sizeOf = (event: Inbound): number => (event.kind === "down" ? 0 : event.bytes.length);

function read(context: Context, socket: Socket, event: Inbound): void {
  if (event.kind !== "down") {
    put(context, arrive(context, socket, event));
    return;
  }
  context.ram.rrc.touch(context.now);
  trace(context, socket, { state: "down", reason: event.reason });
  if (socket.phase !== "connecting") end(context, socket);
  else fail(context, socket);
}

/** Whether AT+NSOCO has been answered before the dial (quirk `nsocoOk`). */
const isAccepted = ({ profile }: Context): boolean => profile.quirks.nsocoOk === "accepted";

/** A dial has failed. The socket may be dialled again; where AT+NSOCO has been answered, the socket ends. decided */
function fail(context: Context, socket: Socket, error: FinalResult = "operationNotAllowed"): void {
  if (isAccepted(context)) {
    end(context, socket);
    return;
  }
  put(context, { ...socket, ...unconnected });
  finishWaiting(context, error);
}

/** A TCP socket has ended. It is there until all is read. decided */
function end(context: Context, socket: Socket): void {
  failPending(context, socket);
  context.ram.urcQueue.put(closedLine(socket.id));
  if (socket.unread.length > 0) put(context, { ...socket, ...unconnected, phase: "ended" });
  else remove(context, socket);
}

/** A datagram with a sequence number was handed to the network, or could not be. */
function takeReport(context: Context, socket: Socket, number: number, isHanded: boolean): void {
  const done = socket.pending.filter(({ mark }) => mark === number);
  put(context, { ...socket, pending: socket.pending.filter(({ mark }) => mark !== number) });
  report(context, socket, done, isHanded);
}

/** TCP has taken more bytes. */
function settlePending(socket: Socket, context: Context): void {
  const isDone = ({ mark }: Pending): boolean => mark <= socket.taken;
  put(context, { ...socket, pending: socket.pending.filter((each) => !isDone(each)) });
  report(context, socket, socket.pending.filter(isDone), true);
}

function failPending(context: Context, socket: Socket): void {
  put(context, { ...socket, pending: [] });
  report(context, socket, socket.pending, false);
}

function report({ ram }: Context, { id }: Socket, done: readonly Pending[], isSent: boolean): void {
  for (const { seq } of done) ram.urcQueue.put(sentLine(id, seq, isSent));
}

/** Handles what is due: dials that are given up, and what came during PSM. Stops and resumes reading. */
export function settleSockets(context: Context): void {
  const { sockets } = context.ram.state;
  if (sockets === undefined) return; // nearly always, and this runs for each input
  for (const socket of sockets.sockets) {
    if (socket.giveUpAt <= context.now) giveUp(context, socket);
    if (socket.held.length > 0 && !context.ram.rrc.isAsleep) readHeld(context, socket);
  }
  for (const socket of context.ram.state.sockets?.sockets ?? []) controlReading(context, socket);
}

function giveUp(context: Context, socket: Socket): void {
  trace(context, socket, { state: "down", reason: "timedOut" });
  reset(context, socket);
  fail(context, socket);
}

function readHeld(context: Context, socket: Socket): void {
  put(context, { ...socket, held: [] });
  for (const event of socket.held) {
    const now = context.ram.state.sockets?.sockets.find(({ id }) => id === socket.id);
    if (now !== undefined) read(context, now, event);
  }
}

/** Bytes wait in TCP while the host does not read, a queue is full, or the module is in PSM. */
function controlReading(context: Context, socket: Socket): void {
  const { urcQueue, rrc } = context.ram;
  if (socket.phase !== "connected" || socket.handle === undefined) return;
  const isPaused = socket.unreadBytes >= maxUnreadBytes || urcQueue.isFull || rrc.isAsleep;
  if (isPaused === socket.isPaused) return;
  put(context, { ...socket, isPaused });
  context.effects.do({ to: "socket", handle: socket.handle, act: { kind: isPaused ? "pause" : "resume" } });
}

/** The network is lost: TCP sockets end, and datagrams that have not left are lost. A UDP socket stays. */
export function loseSockets(context: Context): void {
  for (const socket of context.ram.state.sockets?.sockets ?? []) {
    if (socket.protocol === "UDP") failPending(context, socket);
    if (socket.protocol === "UDP" || socket.handle === undefined) continue;
    trace(context, socket, { state: "down", reason: "networkGone" });
    reset(context, socket);
    if (socket.phase === "connecting") fail(context, socket, "noNetworkService");
    else end(context, socket);
  }
}

function reset({ ram, effects, now }: Context, { handle }: Socket): void {
  if (handle === undefined) return;
  const effect = { to: "socket", handle, act: { kind: "reset" } } as const;
  if (ram.rrc.send(effect, now)) effects.do(effect);
}

/** What closes all sockets of a table in the network. */
export const socketEnds = (table: SocketTable | undefined, how: "end" | "reset"): readonly Effect[] =>
  (table?.sockets ?? []).flatMap(({ handle, protocol, phase }) => {
    if (handle === undefined) return [];
    const kind = protocol === "UDP" ? "close" : phase === "connected" ? how : "reset";
    return [{ to: "socket", handle, act: { kind } } as const];
  });

function put({ ram }: Context, socket: Socket): void {
  const { sockets } = ram.state;
  if (sockets !== undefined) ram.state = { ...ram.state, sockets: withSocket(sockets, socket) };
}

function remove({ ram }: Context, { id }: Socket): void {
  const { sockets } = ram.state;
  if (sockets !== undefined) ram.state = { ...ram.state, sockets: withoutSocket(sockets, id) };
}

const trace = ({ effects }: Context, { id }: Socket, change: SocketChange): void =>
  effects.trace({ kind: "socket", socket: id, ...change });
