import { form, ok, type RefusedFor, refused } from "../../at/command.js";
import { choice, int, optional, repeat, word } from "../../at/params.js";
import { ipAddress } from "../addresses.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { isOnline } from "../radio/radio.js";
import { hexOf, sentLine } from "../sockets/lines.js";
import {
  freeId,
  maxDataBytes,
  maxSockets,
  readFrom,
  type Socket,
  type SocketId,
  type SocketRequest,
  settledTable,
  socketOf,
} from "../sockets/socket.js";
import { flag, lengthAndData, portFrom, sequence, socketAddress, socketId, socketKind } from "./socket-params.js";

const manual = "AT manual";

/** OK after a line, with a request. */
const asked = (request: SocketRequest, ...lines: readonly string[]): ModuleAnswer => ({
  kind: "ok",
  lines,
  request: { to: "socket", request },
});

/** Create a Socket. */
const nsocr: ModuleCommand = {
  names: ["+NSOCR"],
  manual,
  within: 300,
  partly: "addresses are IPv4; the listen port is the module's own, behind the network's address translation",
  write: form(
    {
      protocol: socketKind,
      port: portFrom(0),
      receives: optional(choice(0, 1)),
      family: optional(word("AF_INET", "AF_INET6")),
      address: optional(ipAddress("ip_address")),
    },
    ({ protocol, port, receives = 1 }, { sockets, session }: CommandView) => {
      const table = settledTable(sockets, session.phase);
      const id = freeId(table);
      const isTaken = table.sockets.some((each) => port !== 0 && each.port === port && each.protocol === protocol);
      if (id === undefined || isTaken) return refused("operationNotAllowed");
      return asked({ kind: "create", id, protocol, port, receives: receives === 1 }, `${id}`);
    },
  ),
};

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
  if (why === undefined) return asked(message, `${id},${bytes.length}`);
  if (seq === undefined || (why !== "noNetworkService" && why !== "uplinkBusy")) return refused(why);
  return { kind: "refused", error: why, request: { to: "later", line: sentLine(id, seq, false), after: 0 } };
}

const ofUdp = ({ sockets }: CommandView, id: SocketId): Socket | undefined =>
  [socketOf(sockets, id)].find((socket) => socket?.protocol === "UDP");

const ofTcp = ({ sockets }: CommandView, id: SocketId, phase: Socket["phase"]): Socket | undefined =>
  [socketOf(sockets, id)].find((socket) => socket?.protocol === "TCP" && socket.phase === phase);

/** Send a UDP datagram. */
const nsost: ModuleCommand = {
  names: ["+NSOST"],
  manual,
  within: 300,
  write: form(
    { id: socketId, address: socketAddress, port: portFrom(1), bytes: lengthAndData, seq: optional(sequence) },
    ({ id, address, port, bytes, seq }, view: CommandView) =>
      send(view, ofUdp(view, id), { kind: "datagram", id, to: { address, port }, bytes, flag: undefined, seq }),
  ),
};

/** Send a UDP datagram with a flag, which tells when the RRC connection may be released. */
const nsostf: ModuleCommand = {
  names: ["+NSOSTF"],
  manual,
  within: 300,
  write: form(
    { id: socketId, address: socketAddress, port: portFrom(1), flag, bytes: lengthAndData, seq: optional(sequence) },
    ({ id, address, port, flag, bytes, seq }, view: CommandView) =>
      send(view, ofUdp(view, id), { kind: "datagram", id, to: { address, port }, bytes, flag, seq }),
  ),
};

const pendingLines = (socket: Socket | undefined): readonly string[] =>
  (socket?.pending ?? []).map(({ seq }) => `+NQSOS:${socket?.id},${seq}`);

/** Query the messages that are not sent yet. */
const nqsos: ModuleCommand = {
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
const nsorf: ModuleCommand = {
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
    return asked({ kind: "read", id, length }, line);
  }),
};

const isAcceptedFirst = ({ profile }: CommandView): boolean => profile.quirks.nsocoOk === "accepted";

/** Connect a TCP socket. OK comes when it is connected, unless a quirk says otherwise. The manual's 300 ms do not hold. decided */
const nsoco: ModuleCommand = {
  names: ["+NSOCO"],
  manual,
  within: 75_000,
  write: form(
    { id: socketId, address: socketAddress, port: portFrom(1) },
    ({ id, address, port }, view: CommandView): ModuleAnswer => {
      if (ofTcp(view, id, "created") === undefined) return refused("operationNotAllowed");
      if (!isOnline(view.radio)) return refused("noNetworkService");
      const request: SocketRequest = { kind: "connect", id, to: { address, port } };
      return isAcceptedFirst(view) ? asked(request) : { kind: "waiting", request: { to: "socket", request } };
    },
    { entry: true },
  ),
};

/** The socket that takes data: one that is connected, and where OK to AT+NSOCO comes first, one that is not yet. */
const toSendOn = (view: CommandView, id: SocketId): Socket | undefined =>
  ofTcp(view, id, "connected") ?? (isAcceptedFirst(view) ? ofTcp(view, id, "connecting") : undefined);

/** Send data over TCP. */
const nsosd: ModuleCommand = {
  names: ["+NSOSD"],
  manual,
  within: 300,
  write: form(
    { id: socketId, bytes: lengthAndData, flag: optional(flag), seq: optional(sequence) },
    ({ id, bytes, flag, seq }, view: CommandView) =>
      send(view, toSendOn(view, id), { kind: "data", id, bytes, flag, seq }),
  ),
};

/** Close a Socket. */
const nsocl: ModuleCommand = {
  names: ["+NSOCL"],
  manual,
  within: 300,
  write: form({ id: socketId }, ({ id }, { sockets }: CommandView) =>
    socketOf(sockets, id) === undefined ? refused("operationNotAllowed") : asked({ kind: "close", id }),
  ),
};

const ids: readonly SocketId[] = Array.from({ length: maxSockets }, (_, id) => id);

/** `<status>`: 0 it is there, 1 it is not, 2 flow control. A back-off (3) does not exist here. */
function statusLine(view: CommandView, id: SocketId): string {
  const table = settledTable(view.sockets, view.session.phase);
  const socket = socketOf(table, id);
  const isThere = table.mqtt === id || (socket !== undefined && socket.phase !== "ended");
  const status = !isThere ? 1 : socket !== undefined && view.isSocketCongested(socket) ? 2 : 0;
  return `+NSOSTATUS:${id},${status}`;
}

/** Query the status of sockets. */
const nsostatus: ModuleCommand = {
  names: ["+NSOSTATUS"],
  manual,
  within: 300,
  test: () => [`+NSOSTATUS:(0-${maxSockets - 1})`],
  exec: (view) => ok(...ids.map((id) => statusLine(view, id))),
  write: form({ id: socketId }, ({ id }, view: CommandView) => ok(statusLine(view, id))),
};

/** Socket Message Arrived Indicator. Kept in NVM. */
const nsonmi: ModuleCommand = {
  names: ["+NSONMI"],
  manual,
  within: 300,
  test: () => ["+NSONMI:(0,1,2,3)"],
  read: ({ nvm }) => ok(`+NSONMI:${nvm.nsonmi}`),
  write: form(
    { mode: choice(0, 1, 2, 3) },
    ({ mode }, { nvm }: CommandView): ModuleAnswer => ({
      kind: "ok",
      lines: [],
      apply: { nvm: { ...nvm, nsonmi: mode } },
    }),
  ),
};

/** The commands for UDP and TCP. */
export const socketCommands: readonly ModuleCommand[] = [
  nsocr,
  nsost,
  nsostf,
  nqsos,
  nsorf,
  nsoco,
  nsosd,
  nsocl,
  nsostatus,
  nsonmi,
];
