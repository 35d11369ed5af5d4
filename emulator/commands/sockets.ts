import { form, ok, refused } from "../../at/command.js";
import { choice, optional, word } from "../../at/params.js";
import { ipAddress } from "../addresses.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { answersBeforeConnection } from "../profile/profile.js";
import { isOnline } from "../radio/radio.js";
import {
  freeId,
  maxSockets,
  type SocketId,
  type SocketRequest,
  settledTable,
  socketOf,
  tcpSocketOf,
} from "../sockets/socket.js";
import { nqsos, nsorf, nsosd, nsost, nsostf } from "./socket-messages.js";
import { portFrom, socketAddress, socketId, socketKind } from "./socket-params.js";

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

/** Connect a TCP socket. OK comes when it is connected, unless a quirk says otherwise. The manual's 300 ms do not hold. decided */
const nsoco: ModuleCommand = {
  names: ["+NSOCO"],
  manual,
  within: 75_000,
  write: form(
    { id: socketId, address: socketAddress, port: portFrom(1) },
    ({ id, address, port }, view: CommandView): ModuleAnswer => {
      if (tcpSocketOf(view.sockets, id, "created") === undefined) return refused("operationNotAllowed");
      if (!isOnline(view.radio)) return refused("noNetworkService");
      const request: SocketRequest = { kind: "connect", id, to: { address, port } };
      return answersBeforeConnection(view.profile)
        ? asked(request)
        : { kind: "waiting", request: { to: "socket", request } };
    },
    { entry: true },
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
