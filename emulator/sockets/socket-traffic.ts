import type { FinalResult } from "../../at/format.js";
import type { Context } from "../context.js";
import type { Effect, SocketEvent } from "../io.js";
import { answersBeforeConnection } from "../profile/profile.js";
import { isOnline } from "../radio/radio.js";
import type { SocketChange } from "../trace.js";
import { finishWaiting } from "../waiting-line.js";
import { closedLine, connectedLine, sentLine } from "./lines.js";
import { receive } from "./receiving.js";
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
      takeConnection(context, socket);
      break;
    case "sent":
      settlePending(context, { ...socket, taken: event.total });
      break;
    case "handed":
    case "notHanded":
      takeReport(context, socket, event.number, event.kind === "handed" ? "sent" : "lost");
      break;
    case "sendFailed":
      failPending(context, socket);
      break;
    default:
      hold(context, socket, event);
  }
}

/** A dial has succeeded. Its answer counts as radio traffic, also during PSM. */
function takeConnection(context: Context, socket: Socket): void {
  context.ram.rrc.touch(context.now);
  trace(context, socket, { state: "up" });
  put(context, { ...socket, phase: "connected", giveUpAt: unconnected.giveUpAt });
  if (answersBeforeConnection(context.profile)) context.ram.urcQueue.put(connectedLine(socket.id));
  else finishWaiting(context, "OK");
}

/** Holds an event until the radio is settled, and during PSM. A datagram without room is dropped then. */
function hold(context: Context, socket: Socket, event: Inbound): void {
  const { rrc, state } = context.ram;
  if (event.kind === "datagram" && !isOnline(state.radio)) {
    trace(context, socket, { state: "unreachable", bytes: event.bytes.length });
    return;
  }
  if (event.kind === "down" && socket.phase === "connecting") {
    read(context, socket, event); // nothing else can be held
    return;
  }
  if (!rrc.isAsleep) rrc.touch(context.now); // +CSCON:1 comes before what it brings, as for MQTT
  const size = socket.held.reduce((sum, each) => sum + sizeOf(each), sizeOf(event));
  if (rrc.isAsleep && event.kind === "datagram" && size > maxUnreadBytes)
    trace(context, socket, { state: "full", bytes: sizeOf(event) });
  else put(context, { ...socket, held: [...socket.held, event] });
}

/** An empty datagram takes room, too. */
const sizeOf = (event: Inbound): number => (event.kind === "down" ? 0 : Math.max(1, event.bytes.length));

function read(context: Context, socket: Socket, event: Inbound): void {
  if (event.kind !== "down") {
    put(context, receive(context, socket, event));
    return;
  }
  context.ram.rrc.touch(context.now);
  context.ram.rrc.forgetSocket(socket.handle);
  trace(context, socket, { state: "down", reason: event.reason });
  if (socket.phase !== "connecting") endSocket(context, socket);
  else failDial(context, socket, "operationNotAllowed");
}

/** Ends a dial that has failed. The socket may be dialled again; where AT+NSOCO has been answered, the socket ends. decided */
function failDial(context: Context, socket: Socket, result: FinalResult): void {
  if (answersBeforeConnection(context.profile)) {
    endSocket(context, socket);
    return;
  }
  put(context, { ...socket, ...unconnected });
  finishWaiting(context, result);
}

/** Ends a TCP socket. It exists until the host has read everything. decided */
function endSocket(context: Context, socket: Socket): void {
  failPending(context, socket);
  context.ram.urcQueue.put(closedLine(socket.id));
  if (socket.unread.length > 0) put(context, { ...socket, ...unconnected, phase: "ended" });
  else remove(context, socket);
}

/** Takes the report on a datagram with a number: it was handed to the network, or could not be. */
function takeReport(context: Context, socket: Socket, number: number, fate: "sent" | "lost"): void {
  const done = socket.pending.filter(({ mark }) => mark === number);
  put(context, { ...socket, pending: socket.pending.filter(({ mark }) => mark !== number) });
  reportFate(context, socket, done, fate);
}

/** Reports the messages that TCP has taken whole. */
function settlePending(context: Context, socket: Socket): void {
  const isDone = ({ mark }: Pending): boolean => mark <= socket.taken;
  put(context, { ...socket, pending: socket.pending.filter((each) => !isDone(each)) });
  reportFate(context, socket, socket.pending.filter(isDone), "sent");
}

function failPending(context: Context, socket: Socket): void {
  put(context, { ...socket, pending: [] });
  reportFate(context, socket, socket.pending, "lost");
}

/** Queues +NSOSTR for each message that is done. */
function reportFate({ ram }: Context, { id }: Socket, done: readonly Pending[], fate: "sent" | "lost"): void {
  for (const { seq } of done) ram.urcQueue.put(sentLine(id, seq, fate));
}

/** Handles what is due: dials that have timed out, and events that are held. */
export function settleSockets(context: Context): void {
  const { sockets } = context.ram.state;
  if (sockets === undefined) return; // nearly always, and this runs for each input
  for (const socket of sockets.sockets) {
    if (socket.giveUpAt <= context.now) giveUp(context, socket);
    if (socket.held.length > 0 && !context.ram.rrc.isAsleep) readHeld(context, socket);
  }
}

/** Ends a dial that has timed out. */
function giveUp(context: Context, socket: Socket): void {
  trace(context, socket, { state: "down", reason: "timedOut" });
  reset(context, socket);
  failDial(context, socket, "operationNotAllowed");
}

/** Reads the events that were held, up to one that ends the socket. */
function readHeld(context: Context, socket: Socket): void {
  put(context, { ...socket, held: [] });
  for (const event of socket.held) {
    const now = context.ram.state.sockets?.sockets.find(({ id }) => id === socket.id);
    if (now !== undefined) read(context, now, event);
  }
}

/** Stops and resumes reading from all sockets. To be called when the URCs that may be sent have been sent. */
export function controlSocketReading(context: Context): void {
  const { sockets } = context.ram.state;
  if (sockets !== undefined) for (const socket of sockets.sockets) controlReading(context, socket);
}

/** Bytes wait in TCP while the host does not read, the URC queue is full, or in PSM. */
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
    if (socket.protocol === "UDP") loseDatagrams(context, socket);
    if (socket.protocol === "UDP" || socket.handle === undefined) continue;
    trace(context, socket, { state: "down", reason: "networkGone" });
    reset(context, socket);
    if (socket.phase === "connecting") failDial(context, socket, "noNetworkService");
    else endSocket(context, socket);
  }
}

/** Reports the datagrams that wait for the RRC connection as not sent. Those that have left are on their way. */
function loseDatagrams(context: Context, socket: Socket): void {
  const isLost = ({ mark }: Pending): boolean => context.ram.rrc.holdsDatagram(socket.handle, mark);
  put(context, { ...socket, pending: socket.pending.filter((each) => !isLost(each)) });
  reportFate(context, socket, socket.pending.filter(isLost), "lost");
}

function reset({ ram, effects, now }: Context, { handle }: Socket): void {
  if (handle === undefined) return;
  const effect = { to: "socket", handle, act: { kind: "reset" } } as const;
  if (ram.rrc.send(effect, now)) effects.do(effect);
}

/** The effects that close all sockets of a table in the network. TCP connections end by FIN (`end`) or by RST (`reset`). */
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
