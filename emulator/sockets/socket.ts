import type { Millis } from "../../mqtt/packet.js";
import type { Phase } from "../../mqtt/session.js";
import type { SocketEvent } from "../io.js";
import type { Endpoint, SocketHandle, SocketId } from "./endpoint.js";

export type { Endpoint, SocketHandle, SocketId };

/** Data that the host has not read: a datagram, or a piece of a stream. */
export interface Received extends Endpoint {
  readonly bytes: Uint8Array;
}

/** A message with a sequence number, until it is sent. */
export interface Pending {
  readonly seq: number;
  /** UDP: the number of the datagram. TCP: the position of its end in what the socket has sent, in bytes. */
  readonly mark: number;
}

/** An event from the network that must keep its order: data, and the end of the connection. */
export type Inbound = Extract<SocketEvent, { readonly kind: "datagram" | "bytes" | "down" }>;

/** A socket of the host. */
export interface Socket {
  readonly id: SocketId;
  readonly protocol: "UDP" | "TCP";
  /** The listen port; 0 is any. */
  readonly port: number;
  /** Whether it takes data from the network. */
  readonly receives: boolean;
  /** `ended`: the far end has closed it, and something is left to be read. A UDP socket stays `created`. */
  readonly phase: "created" | "connecting" | "connected" | "ended";
  /** Its number in the network; undefined while it has none. */
  readonly handle: SocketHandle | undefined;
  /** The far end of a TCP socket. */
  readonly peer: Endpoint | undefined;
  /** When a dial times out. */
  readonly giveUpAt: Millis;
  /** The data that wait for AT+NSORF, and their size in bytes. */
  readonly unread: readonly Received[];
  readonly unreadBytes: number;
  /** +NSONMI has told the host of the unread data. */
  readonly isTold: boolean;
  /** The events that came during PSM. */
  readonly held: readonly Inbound[];
  /** The messages with a sequence number that are not sent yet. */
  readonly pending: readonly Pending[];
  /** TCP: bytes that were sent on this handle, and those of them that TCP has taken. UDP: datagrams that were sent, and 0. */
  readonly sent: number;
  readonly taken: number;
  /** The RRC connection is released when data come (flag 0x400). */
  readonly releases: boolean;
  /** Reading is stopped. */
  readonly isPaused: boolean;
}

/** A request of a command. The command has checked that it can be carried out. */
export type SocketRequest =
  | ({ readonly kind: "create" } & Pick<Socket, "id" | "protocol" | "port" | "receives">)
  | { readonly kind: "connect"; readonly id: SocketId; readonly to: Endpoint }
  | ({ readonly kind: "datagram"; readonly id: SocketId; readonly to: Endpoint } & Message)
  | ({ readonly kind: "data"; readonly id: SocketId } & Message)
  | { readonly kind: "read"; readonly id: SocketId; readonly length: number }
  | { readonly kind: "close"; readonly id: SocketId };

/** A message of the host. `flag` is `<flag>` of AT+NSOSTF and AT+NSOSD, `seq` is `<sequence>`. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly flag: number | undefined;
  readonly seq: number | undefined;
}

/** The open sockets, ordered by their id. */
export interface SocketTable {
  readonly sockets: readonly Socket[];
  /** The id that the link of MQTT has. */
  readonly mqtt: SocketId | undefined;
}

/** The number of sockets, including that of MQTT (AT manual). */
export const maxSockets = 7;

/** The longest message, in bytes (AT manual). */
export const maxDataBytes = 1358;

/** The data that may wait to be read on one socket, in bytes, and in datagrams, because some are empty. decided */
export const maxUnreadBytes = 8192;
export const maxUnreadDatagrams = 1024;

const never: Millis = Number.POSITIVE_INFINITY;

const none: SocketTable = { sockets: [], mqtt: undefined };

/** The table in the present phase of MQTT: its link has an id, except while it is idle. A table is made if there was none. */
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

/** The earliest time-out of a dial. */
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
