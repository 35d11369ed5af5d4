import { ByteMask } from "../at/byte-mask.js";
import { SecretMask, withSecrets } from "../at/mask.js";
import { type Octets, toBytes } from "../at/octets.js";
import type { ClientPacket } from "../mqtt/packet.js";
import { maskedForm } from "./cloud/tencent.js";
import { commandNamed, commands } from "./commands/index.js";
import type { NetworkRequest } from "./request.js";
import { HexPasswordMask, withoutPassword, withoutPasswordInHex } from "./sockets/connect-mask.js";

/** How what may hold a secret is shown in the trace. */
export interface Secrets {
  line(line: Octets): Octets;
  payload(payload: Octets): Octets;
  /** Bytes of a TCP socket: a host that speaks MQTT itself sends a CONNECT. */
  data(bytes: Uint8Array): Uint8Array;
  packet(packet: ClientPacket): ClientPacket;
  request(request: NetworkRequest): NetworkRequest;
  /** What the module says, of which `masked` is the form without its secrets. */
  said<T>(lines: T, masked: T): T;
}

const isKnown = (name: string): boolean => commandNamed(name) !== undefined;
const mask = new SecretMask(commands, isKnown);
const secretNames = withSecrets(commands).flatMap(({ names }) => names);
const passwordMask = toBytes("***");

/** A command line with its secrets masked. */
export const maskedLine = (line: Octets): Octets => withoutPasswordInHex(mask.line(line));

/** Hides the secrets in the bytes of one direction of the serial line. */
export function newByteMask(): Pick<ByteMask, "mask"> {
  const bytes = new ByteMask({ secret: secretNames, isKnown });
  const hex = new HexPasswordMask();
  return { mask: (octets) => hex.mask(bytes.mask(octets)) };
}

/** Secrets are masked. */
export const hidden: Secrets = {
  line: maskedLine,
  payload: (payload) => mask.payload(payload),
  data: withoutPassword,
  packet: (packet) =>
    packet.type === "CONNECT" && packet.password !== undefined ? { ...packet, password: passwordMask } : packet,
  request: (request) => (request.kind === "post" ? { ...request, body: maskedForm(request.body) } : request),
  said: (_, masked) => masked,
};

/** Secrets are shown as they are. */
export const revealed: Secrets = {
  line: (line) => line,
  payload: (payload) => payload,
  data: (bytes) => bytes,
  packet: (packet) => packet,
  request: (request) => request,
  said: (lines) => lines,
};
