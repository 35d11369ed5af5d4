import { form, ok, type RefusedFor, refused } from "../../at/command.js";
import { int, optional, repeat } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { answersBeforeConnection } from "../profile/profile.js";
import { isOnline } from "../radio/radio.js";
import { hexOf, sentLine } from "../sockets/lines.js";
import {
  maxDataBytes,
  readFrom,
  type Socket,
  type SocketId,
  type SocketRequest,
  socketOf,
  tcpSocketOf,
  udpSocketOf,
} from "../sockets/socket.js";
import { flag, lengthAndData, portFrom, sequence, socketAddress, socketId } from "./socket-params.js";

const manual = "AT manual";

/** Why a message cannot be sent; undefined: it can. Checked in this order: socket, network, sequence, backlog. decided */
function refusalOf(view: CommandView, socket: Socket | undefined, seq: number | undefined): RefusedFor | undefined {
  if (socket === undefined) return "operationNotAllowed";
  if (!isOnline(view.radio)) return "noNetworkService";
  if (socket.pending.some((each) => each.seq === seq)) return "incorrectParameters";
  return view.isSocketCongested(socket) ? "uplinkBusy" : undefined;
}

type Message = Extract<SocketRequest, { readonly kind: "datagram" | "data" }>;

/** Sends a message. Without a network its sequence number is told as not sent, too. decided */
function send(view: CommandView, socket: Socket | undefined, message: Message): ModuleAnswer {
  const { id, seq, bytes } = message;
  const why = refusalOf(view, socket, seq);
  if (why === undefined)
    return { kind: "ok", lines: [`${id},${bytes.length}`], request: { to: "socket", request: message } };
  if (seq === undefined || (why !== "noNetworkService" && why !== "uplinkBusy")) return refused(why);
  return { kind: "refused", error: why, request: { to: "later", line: sentLine(id, seq, "lost"), after: 0 } };
}

/** Send a UDP datagram. */
export const nsost: ModuleCommand = {
  names: ["+NSOST"],
  manual,
  within: 300,
  write: form(
    { id: socketId, address: socketAddress, port: portFrom(1), bytes: lengthAndData, seq: optional(sequence) },
    ({ id, address, port, bytes, seq }, view: CommandView) =>
      send(view, udpSocketOf(view.sockets, id), {
        kind: "datagram",
        id,
        to: { address, port },
        bytes,
        flag: undefined,
        seq,
      }),
  ),
};

/** Send a UDP datagram with a flag, which tells when the RRC connection may be released. */
export const nsostf: ModuleCommand = {
  names: ["+NSOSTF"],
  manual,
  within: 300,
  write: form(
    { id: socketId, address: socketAddress, port: portFrom(1), flag, bytes: lengthAndData, seq: optional(sequence) },
    ({ id, address, port, flag, bytes, seq }, view: CommandView) =>
      send(view, udpSocketOf(view.sockets, id), { kind: "datagram", id, to: { address, port }, bytes, flag, seq }),
  ),
};

const pendingLines = (socket: Socket | undefined): readonly string[] =>
  (socket?.pending ?? []).map(({ seq }) => `+NQSOS:${socket?.id},${seq}`);

/** Query the messages that are not sent yet. */
export const nqsos: ModuleCommand = {
  names: ["+NQSOS"],
  manual,
  within: 300,
  read: ({ sockets }) => ok(...(sockets?.sockets ?? []).flatMap(pendingLines)),
  write: form({ asked: repeat({ id: socketId }) }, ({ asked: ids }, { sockets }: CommandView) =>
    ids.some(({ id }) => socketOf(sockets, id) === undefined)
      ? refused("operationNotAllowed")
      : ok(...ids.flatMap(({ id }) => pendingLines(socketOf(sockets, id)))),
  ),
};

/** Receive: read what waits. `<remaining>` is everything that waits then on the socket. decided */
export const nsorf: ModuleCommand = {
  names: ["+NSORF"],
  manual,
  within: 300,
  write: form({ id: socketId, length: int(1, maxDataBytes) }, ({ id, length }, { sockets }: CommandView) => {
    const socket = socketOf(sockets, id);
    if (socket === undefined) return refused("operationNotAllowed");
    const found = readFrom(socket, length);
    if (found === undefined) return ok();
    const { read, socket: after } = found;
    const line = [id, read.address, read.port, read.bytes.length, hexOf(read.bytes), after.unreadBytes].join(",");
    return { kind: "ok", lines: [line], request: { to: "socket", request: { kind: "read", id, length } } };
  }),
};

/** The socket that takes data: one that is connected, and where OK to AT+NSOCO comes first, one that is not yet. */
const toSendOn = ({ sockets, profile }: CommandView, id: SocketId): Socket | undefined =>
  tcpSocketOf(sockets, id, "connected", ...(answersBeforeConnection(profile) ? ["connecting" as const] : []));

/** Send data over TCP. */
export const nsosd: ModuleCommand = {
  names: ["+NSOSD"],
  manual,
  within: 300,
  write: form(
    { id: socketId, bytes: lengthAndData, flag: optional(flag), seq: optional(sequence) },
    ({ id, bytes, flag, seq }, view: CommandView) =>
      send(view, toSendOn(view, id), { kind: "data", id, bytes, flag, seq }),
  ),
};
