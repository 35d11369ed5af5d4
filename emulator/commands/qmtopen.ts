import { form, ok, requested } from "../../at/command.js";
import { int, text } from "../../at/params.js";
import { type Request, refusal } from "../../mqtt/session.js";
import { isHostName } from "../addresses.js";
import type { CommandView, Demand, ModuleCommand } from "../command-view.js";
import { isOnline } from "../radio/radio.js";
import { freeId, settledTable } from "../sockets/socket.js";
import { ask, linkId } from "./qmt.js";

const result = (code: -1 | 1 | 2 | 3): Demand => ({ to: "host", report: { kind: "opened", result: code } });

function open(view: CommandView, request: Request & { readonly kind: "open" }): Demand {
  if (!isHostName(request.host)) return result(1); // wrong parameter
  if (refusal(view.session, request) !== undefined) return result(2); // occupied
  if (!isOnline(view.radio)) return result(3); // no PDP
  if (view.sockets !== undefined && freeId(settledTable(view.sockets, "idle")) === undefined) return result(-1); // decided
  return { to: "mqtt", request };
}

/** Open a Network for MQTT Client. */
export const qmtopen: ModuleCommand = {
  names: ["+QMTOPEN"],
  manual: "note 3.2.3",
  within: 75_000,
  test: ({ profile }) => [
    profile.quirks.edition === "note" ? '+QMTOPEN: (0),"<host_name>",(1-65535)' : "+QMTOPEN: (0),<host_name>,<port>",
  ],
  read: ({ session: { peer } }) => (peer === undefined ? ok() : ok(`+QMTOPEN: 0,"${peer.host}",${peer.port}`)),
  write: form(
    { link: linkId, host: text("host_name", 100), port: int(1, 65535) },
    ({ host, port }, view: CommandView) => requested(open(view, { kind: "open", host, port })),
  ),
};

/** Close a Network for MQTT Client. */
export const qmtclose: ModuleCommand = {
  names: ["+QMTCLOSE"],
  manual: "note 3.2.4",
  within: 300,
  test: () => ["+QMTCLOSE: (0)"],
  write: form({ link: linkId }, (_, view: CommandView) => ask(view, { kind: "close" })),
};
