import type { Octets } from "../../at/octets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { RunEvent } from "./recorded-event.js";

type PacketEvent = Extract<TraceEvent, { readonly kind: "packet" }>;

/** The thread of each command and of each URC of that name; `id`: there is one for each message identifier. */
const threadsByName: Readonly<Record<string, { readonly thread: string; readonly id?: true }>> = {
  QMTOPEN: { thread: "link" },
  QMTCLOSE: { thread: "link" },
  QMTSTAT: { thread: "link" },
  QMTCONN: { thread: "connect" },
  QMTDISC: { thread: "disconnect" },
  QMTSUB: { thread: "subscribe", id: true },
  QMTUNS: { thread: "unsubscribe", id: true },
  QMTPUB: { thread: "publish", id: true },
  QMTPUBREL: { thread: "publish", id: true },
  QMTRECV: { thread: "message", id: true },
  QMTENAUTH: { thread: "token" },
  QMTTENAUTH: { thread: "token" },
  QDNS: { thread: "look-up" },
  CFUN: { thread: "radio" },
  CGATT: { thread: "radio" },
  CEREG: { thread: "radio" },
  CGACT: { thread: "radio" },
  CPIN: { thread: "radio" },
  CSCON: { thread: "radio" },
  CTZV: { thread: "radio" },
  CTZE: { thread: "radio" },
  CTZEU: { thread: "radio" },
  NGACTR: { thread: "radio" },
  NIPINFO: { thread: "radio" },
  NPIN: { thread: "pin" },
  NPSMR: { thread: "radio" },
};

/** The thread of each kind of packet: as the module sends it, and as the broker does. */
export const threadsByPacket: {
  readonly [T in PacketEvent["packet"]["type"]]: Readonly<Record<PacketEvent["way"], string>>;
} = {
  CONNECT: { sent: "connect", received: "connect" },
  CONNACK: { sent: "connect", received: "connect" },
  DISCONNECT: { sent: "disconnect", received: "disconnect" },
  PINGREQ: { sent: "ping", received: "ping" },
  PINGRESP: { sent: "ping", received: "ping" },
  SUBSCRIBE: { sent: "subscribe", received: "subscribe" },
  SUBACK: { sent: "subscribe", received: "subscribe" },
  UNSUBSCRIBE: { sent: "unsubscribe", received: "unsubscribe" },
  UNSUBACK: { sent: "unsubscribe", received: "unsubscribe" },
  PUBLISH: { sent: "publish", received: "receive" },
  PUBACK: { sent: "receive", received: "publish" },
  PUBREC: { sent: "receive", received: "publish" },
  PUBREL: { sent: "publish", received: "receive" },
  PUBCOMP: { sent: "receive", received: "publish" },
};

/** The thread of each other kind of event. */
export const threadsByKind: { readonly [K in RunEvent["kind"]]?: string } = {
  dial: "link",
  up: "link",
  down: "link",
  hangUp: "link",
  violation: "link",
  radio: "radio",
  network: "radio",
  power: "radio",
  booted: "boot",
};

const named = (name: string | undefined, id: string | undefined): string | undefined => {
  const found = Object.hasOwn(threadsByName, name ?? "") ? threadsByName[name ?? ""] : undefined;
  return found?.id ? `${found.thread} ${Number(id)}` : found?.thread;
};

/** The thread of a socket. */
export const socketThread = (id: number | string): string => `socket ${id}`;

/** The thread that the last command of a line belongs to. */
export function threadOfLine(line: Octets): string | undefined {
  const [, socket] = /\+NSO(?:STF?|RF|CO|SD|CL)=(\d)[^;]*$/i.exec(line) ?? [];
  if (socket !== undefined) return socketThread(socket);
  const last = line.includes(";") ? line.slice(line.lastIndexOf("+")) : line;
  const found = /\+([A-Z]+)(?:=\d+,(\d+)|=|$)/i.exec(last);
  return named(found?.[1]?.toUpperCase(), found?.[2]);
}

/** The thread of a URC; that of the banner where it has no name. */
export function threadOfUrc(line: Octets): string | undefined {
  const [, socket] = /^\+NSO(?:NMI|STR|CLI|CO): ?(\d)/.exec(line) ?? [];
  if (socket !== undefined) return socketThread(socket);
  const [, name, id] = /^\+([A-Z]+):(?: ?\d+,(\d+))?/.exec(line) ?? [];
  return name === undefined ? "boot" : named(name, id);
}

/** The thread of the packet that a fault has acted on. */
export function threadOfFault(did: string): string | undefined {
  const [, type, id] = /^(PUBACK|PUBREC|PUBREL|PUBCOMP|SUBACK|UNSUBACK) (\d+)/.exec(did) ?? [];
  if (type === "SUBACK") return `subscribe ${id}`;
  if (type === "UNSUBACK") return `unsubscribe ${id}`;
  return type === undefined ? undefined : `publish ${id}`;
}
