import type { Millis } from "../../mqtt/packet.js";
import type { Phase } from "../../mqtt/session.js";
import type { SocketEvent } from "../io.js";
import type { Endpoint, SocketHandle, SocketId } from "./endpoint.js";

export type { Endpoint, SocketHandle, SocketId };

/** What has come and was not read: a datagram, or a piece of a stream. */
export interface Received extends Endpoint {
  readonly bytes: Uint8Array;
}

/** A message that the host has given a sequence number, until it is sent. */
export interface Pending {
  readonly seq: number;
  /** UDP: the number of the datagram. TCP: where it ends in what the socket has sent, in bytes. */
  readonly mark: number;
}

/** What comes from the network for a socket, in its order. */
export type Inbound = Extract<SocketEvent, { readonly kind: "datagram" | "bytes" | "down" }>;

/** A socket of the host. */
export interface Socket {
  readonly id: SocketId;
  readonly protocol: "UDP" | "TCP";
  /** The listen port; 0 is any. */
  readonly port: number;
  /** Whether it takes what comes. */
  readonly receives: boolean;
  /** `ended`: the far end has closed it, and something is left to be read. A UDP socket stays `created`. */
  readonly phase: "created" | "connecting" | "connected" | "ended";
  /** Undefined while there is nothing in the network. */
  readonly handle: SocketHandle | undefined;
  /** The far end of a TCP socket. */
  readonly peer: Endpoint | undefined;
  /** When a dial is given up. */
  readonly giveUpAt: Millis;
  /** What waits for AT+NSORF, and its size in bytes. */
  readonly unread: readonly Received[];
  readonly unreadBytes: number;
  /** The host was told that there is something to be read. */
  readonly isTold: boolean;
  /** What came during PSM. */
  readonly held: readonly Inbound[];
  readonly pending: readonly Pending[];
  /** How many bytes were sent on this handle, or how many datagrams, and how many of the bytes TCP has taken. */
  readonly sent: number;
  readonly taken: number;
  /** The RRC connection is released when something comes (flag 0x400). */
  readonly releases: boolean;
  /** Reading is stopped. */
  readonly isPaused: boolean;
}

/** What a command asks of a socket. The command has checked that it can be done. */
export type SocketRequest =
  | ({ readonly kind: "create" } & Pick<Socket, "id" | "protocol" | "port" | "receives">)
  | { readonly kind: "connect"; readonly id: SocketId; readonly to: Endpoint }
  | ({ readonly kind: "datagram"; readonly id: SocketId; readonly to: Endpoint } & Message)
  | ({ readonly kind: "data"; readonly id: SocketId } & Message)
  | { readonly kind: "read"; readonly id: SocketId; readonly length: number }
  | { readonly kind: "close"; readonly id: SocketId };

/** What is sent. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly flag: number | undefined;
  readonly seq: number | undefined;
}

/** The sockets that there are, by their id. */
export interface SocketTable {
  readonly sockets: readonly Socket[];
  /** The id that the link of MQTT has. */
  readonly mqtt: SocketId | undefined;
}

/** How many sockets there are, with that of MQTT (AT manual). */
export const maxSockets = 7;

/** The most bytes of a message. AT manual */
export const maxDataBytes = 1358;

/** The most bytes that wait to be read on one socket. */
export const maxUnreadBytes = 8192;

const never: Millis = Number.POSITIVE_INFINITY;

const none: SocketTable = { sockets: [], mqtt: undefined };

/** The table with the link of MQTT in it, or without one, as it is now. Made where there was none. */
export function settledTable(table: SocketTable | undefined, phase: Phase): SocketTable {
  const { sockets, mqtt } = table ?? none;
  if (phase === "idle") return mqtt === undefined && table !== undefined ? table : { sockets, mqtt: undefined };
  return mqtt === undefined ? withMqtt({ sockets, mqtt }) : { sockets, mqtt };
}

/** The table with an id for the link of MQTT. */
export const withMqtt = ({ sockets }: SocketTable): SocketTable => ({
  sockets,
  mqtt: freeId({ sockets, mqtt: undefined }),
});

/** The lowest id that is free; undefined: none is. */
export const freeId = ({ sockets, mqtt }: SocketTable): SocketId | undefined =>
  Array.from({ length: maxSockets }, (_, id) => id).find(
    (id) => id !== mqtt && !sockets.some((socket) => socket.id === id),
  );

/** A socket as AT+NSOCR makes it. */
export const newSocket = (given: Pick<Socket, "id" | "protocol" | "port" | "receives">): Socket => ({
  ...given,
  ...unconnected,
  unread: [],
  unreadBytes: 0,
  isTold: false,
  releases: false,
});

/** The part of a socket that a dial makes new. */
export const unconnected = {
  phase: "created",
  handle: undefined,
  peer: undefined,
  giveUpAt: never,
  held: [],
  pending: [],
  sent: 0,
  taken: 0,
  isPaused: false,
} as const satisfies Partial<Socket>;

/** Finds a socket by its id. */
export const socketOf = (table: SocketTable | undefined, id: SocketId): Socket | undefined =>
  table?.sockets.find((socket) => socket.id === id);

/** The UDP socket with an id. */
export function udpSocketOf(table: SocketTable | undefined, id: SocketId): Socket | undefined {
  const socket = socketOf(table, id);
  return socket?.protocol === "UDP" ? socket : undefined;
}

/** The TCP socket with an id, if it is in one of these phases. */
export function tcpSocketOf(
  table: SocketTable | undefined,
  id: SocketId,
  ...phases: readonly Socket["phase"][]
): Socket | undefined {
  const socket = socketOf(table, id);
  return socket?.protocol === "TCP" && phases.includes(socket.phase) ? socket : undefined;
}

/** The table with a socket that is new, or has changed. */
export function withSocket(table: SocketTable, socket: Socket): SocketTable {
  const others = table.sockets.filter(({ id }) => id !== socket.id);
  return { ...table, sockets: [...others, socket].toSorted((one, other) => one.id - other.id) };
}

/** The table without a socket. */
export const withoutSocket = (table: SocketTable, id: SocketId): SocketTable => ({
  ...table,
  sockets: table.sockets.filter((socket) => socket.id !== id),
});

/** When the first dial is given up. */
export const socketsWakeAt = (table: SocketTable | undefined): Millis =>
  table === undefined ? never : table.sockets.reduce((first, { giveUpAt }) => Math.min(first, giveUpAt), never);

/** What AT+NSORF reads, and the socket after it; undefined where nothing waits. Of UDP it is one datagram or a part of one. */
export function readFrom(
  socket: Socket,
  length: number,
): { readonly read: Received; readonly socket: Socket } | undefined {
  const [first, ...others] = socket.unread;
  if (first === undefined) return undefined;
  const isStream = socket.protocol === "TCP";
  const whole = isStream && others.length > 0 ? Buffer.concat(socket.unread.map(({ bytes }) => bytes)) : first.bytes;
  const rest = whole.subarray(length);
  const left = [...(rest.length === 0 ? [] : [{ ...first, bytes: rest }]), ...(isStream ? [] : others)];
  const bytes = whole.subarray(0, length);
  const unreadBytes = socket.unreadBytes - bytes.length;
  return {
    read: { ...first, bytes },
    socket: { ...socket, unread: left, unreadBytes, isTold: socket.isTold && unreadBytes > 0 },
  };
}
