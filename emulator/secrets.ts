import { ByteMask } from "../at/byte-mask.js";
import { SecretMask, withSecrets } from "../at/mask.js";
import { fromBytes, type Octets, toBytes } from "../at/octets.js";
import type { ClientPacket } from "../mqtt/packet.js";
import { maskedForm } from "./cloud/tencent.js";
import { commandNamed, commands } from "./commands/index.js";
import { qmtenauth } from "./commands/qmtenauth.js";
import type { NetworkRequest } from "./request.js";
import { HexPasswordMask, SocketMask, withoutPasswordInHex } from "./sockets/connect-mask.js";
import type { SocketId } from "./sockets/endpoint.js";

/** How what may hold a secret is shown in the trace. */
export interface Secrets {
  /** A line of which `newSocketSecrets` has hidden the data of sockets. */
  line(line: Octets): Octets;
  payload(payload: Octets): Octets;
  /** For a host that speaks MQTT itself over a TCP socket. */
  newSocketSecrets(): SocketSecrets;
  packet(packet: ClientPacket): ClientPacket;
  request(request: NetworkRequest): NetworkRequest;
  /** What the module says, of which `masked` is the form without its secrets. */
  said<T>(lines: T, masked: T): T;
}

/** How what a host sends over its sockets is shown. */
export interface SocketSecrets {
  /** A line of the host. It has to be given each line, in their order. */
  line(line: Octets): Octets;
  /** What a socket sends. */
  data(socket: SocketId, bytes: Uint8Array): Uint8Array;
}

const isKnown = (name: string): boolean => commandNamed(name) !== undefined;
const mask = new SecretMask(commands, isKnown);
const secretNames = withSecrets(commands).flatMap(({ names }) => names);
const harmlessNames = commands.flatMap(({ names }) => names).filter((name) => !secretNames.includes(name));
const passwordMask = toBytes("***");

/** A command line with its secrets masked. */
export const maskedLine = (line: Octets): Octets => withoutPasswordInHex(mask.line(line));

/** Hides the secrets in the bytes of one direction of the serial line. */
export function newByteMask(): Pick<ByteMask, "mask"> {
  const bytes = new ByteMask({ secret: secretNames, bare: qmtenauth.names, harmless: harmlessNames, isKnown });
  const hex = new HexPasswordMask();
  return { mask: (octets) => hex.mask(bytes.mask(octets)) };
}

function maskedPacket(packet: ClientPacket): ClientPacket {
  if (packet.type === "CONNECT" && packet.password !== undefined) return { ...packet, password: passwordMask };
  return packet.type === "PUBLISH" ? { ...packet, payload: maskedBytes(packet.payload) } : packet;
}

/** A payload that is as long as before; a `*` stands for each byte from the first command in it on. */
function maskedBytes(payload: Uint8Array): Uint8Array {
  const octets = fromBytes(payload);
  const masked = mask.payload(octets);
  return masked === octets ? payload : toBytes(masked.slice(0, octets.length).padEnd(octets.length, "*"));
}

/** Secrets are masked. */
export const hidden: Secrets = {
  line: maskedLine,
  payload: (payload) => mask.payload(payload),
  newSocketSecrets: () => new SocketMask(),
  packet: maskedPacket,
  request: (request) => (request.kind === "post" ? { ...request, body: maskedForm(request.body) } : request),
  said: (_, masked) => masked,
};

/** Secrets are shown as they are. */
export const revealed: Secrets = {
  line: (line) => line,
  payload: (payload) => payload,
  newSocketSecrets: () => ({ line: (line) => line, data: (_, bytes) => bytes }),
  packet: (packet) => packet,
  request: (request) => request,
  said: (lines) => lines,
};
