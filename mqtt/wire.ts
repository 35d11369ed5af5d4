import {
  type Packet as Foreign,
  generate,
  type IConnackPacket,
  type IPublishPacket,
  parser,
  writeToStream,
} from "mqtt-packet";
import { type Frame, Framer } from "./framer.js";
import { malformation } from "./malformed.js";
import type { Ack, ClientPacket, Connack, Connect, Level, Publish, Pubrel, ServerPacket, Will } from "./packet.js";

/** What came of some bytes. */
export type Reading =
  | { readonly kind: "packet"; readonly packet: ServerPacket }
  | { readonly kind: "violation"; readonly why: string };

interface Kind {
  readonly type: ServerPacket["type"];
  /** The lower half of the first byte, where it is fixed. [MQTT-2.2.2-1] */
  readonly flags?: number;
  /** The remaining length, where it is fixed. */
  readonly length?: number;
}

/** What a server may send, by the upper half of the first byte. MQTT 2.2.1 */
const kinds: { readonly [type: number]: Kind } = {
  2: { type: "CONNACK", flags: 0, length: 2 },
  3: { type: "PUBLISH" },
  4: { type: "PUBACK", flags: 0, length: 2 },
  5: { type: "PUBREC", flags: 0, length: 2 },
  6: { type: "PUBREL", flags: 2, length: 2 },
  7: { type: "PUBCOMP", flags: 0, length: 2 },
  9: { type: "SUBACK", flags: 0 },
  11: { type: "UNSUBACK", flags: 0, length: 2 },
  13: { type: "PINGRESP", flags: 0, length: 0 },
};

const cmds = { PUBACK: "puback", PUBREC: "pubrec", PUBCOMP: "pubcomp", UNSUBACK: "unsuback" } as const;

// Else 65 536 little buffers are made at the first packet, which takes a tenth of a second.
writeToStream.cacheNumbers = false;

/** The bytes of a packet; throws for one that has none, which is a bug of the caller. */
export function encode(packet: ClientPacket, level: Level): Uint8Array {
  const bytes = generate(translate(packet), { protocolVersion: level });
  // mqtt-packet writes the DUP of a PUBLISH, but not that of the other packets of MQTT 3.1 that have one.
  if ("dup" in packet && packet.dup) bytes[0] = (bytes[0] ?? 0) | 8;
  return bytes;
}

function translate(packet: ClientPacket): Foreign {
  switch (packet.type) {
    case "CONNECT":
      return translateConnect(packet);
    case "PUBLISH":
      return translatePublish(packet);
    case "SUBSCRIBE":
      return { cmd: "subscribe", messageId: packet.id, subscriptions: [...packet.topics] };
    case "UNSUBSCRIBE":
      return { cmd: "unsubscribe", messageId: packet.id, unsubscriptions: [...packet.topics] };
    case "PUBREL":
      return { cmd: "pubrel", messageId: packet.id };
    case "PINGREQ":
      return { cmd: "pingreq" };
    case "DISCONNECT":
      return { cmd: "disconnect" };
    default:
      return { cmd: cmds[packet.type], messageId: packet.id } as Foreign;
  }
}

function translateConnect(packet: Connect): Foreign {
  const { level, clientId, cleanSession, keepAlive, will, user, password } = packet;
  return {
    cmd: "connect",
    protocolId: level === 3 ? "MQIsdp" : "MQTT",
    protocolVersion: level,
    clientId,
    clean: cleanSession,
    keepalive: keepAlive,
    ...(will && { will: translateWill(will) }),
    ...(user !== undefined && { username: user }),
    ...(password && { password: view(password) }),
  };
}

function translateWill({ topic, message, qos, retain }: Will) {
  return { topic, payload: view(message), qos, retain };
}

function translatePublish({ topic, payload, qos, retain, dup, id }: Publish): Foreign {
  return { cmd: "publish", topic, payload: view(payload), qos, retain, dup, messageId: id };
}

/** The same bytes as mqtt-packet wants them. */
function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads what a server sends on one link. After a violation nothing more is read: a stream that was misread stays so. */
export class PacketReader {
  readonly #framer: Framer;
  readonly #parser = parser();
  #parsed: Foreign | undefined;
  #broken = false;

  /** `maxInbound`: the longest packet taken, in bytes, with its fixed header. */
  constructor({ maxInbound }: { readonly maxInbound: number }) {
    this.#framer = new Framer(maxInbound);
    this.#parser.on("packet", (packet) => {
      this.#parsed = packet;
    });
    // An error shows by there being no packet.
    this.#parser.on("error", () => {});
  }

  /** The packets that are complete now. Take them to the end: what is left over is lost. */
  *read(bytes: Uint8Array, level: Level): Generator<Reading> {
    if (this.#broken) return;
    this.#framer.feed(bytes);
    for (let frame = this.#framer.next(); frame !== undefined; frame = this.#framer.next()) {
      const packet = typeof frame === "string" ? frame : this.#parse(frame, level);
      if (typeof packet === "string") {
        this.#broken = true;
        yield { kind: "violation", why: packet };
        return;
      }
      yield { kind: "packet", packet };
    }
  }

  #parse(frame: Frame, level: Level): ServerPacket | string {
    const first = frame.bytes[0] ?? 0;
    const kind = kinds[first >> 4];
    if (kind === undefined) return `a packet of type ${first >> 4}, which no server sends`;
    const { type, flags, length } = kind;
    if (level === 4 && flags !== undefined && (first & 15) !== flags) return `${type} with flags ${first & 15}`;
    if (length !== undefined && frame.bytes.length - frame.body !== length) return `${type} of a wrong length`;
    const packet = isAck(type) ? readAck(type, frame) : this.#parseWhole(frame, kind, level);
    return typeof packet === "string" ? packet : (malformation(packet, level) ?? packet);
  }

  #parseWhole(frame: Frame, kind: Kind, level: Level): ServerPacket | string {
    this.#parsed = undefined;
    this.#parser.parse(level === 3 ? withoutReserved(frame, kind) : frame.bytes);
    return this.#parsed === undefined ? `malformed ${kind.type}` : understand(this.#parsed, frame);
  }
}

/** MQTT 3.1 reserves the flags of all packets but PUBLISH, and a byte of CONNACK: what stands there means nothing. MQTT 3.1 2.1, 3.2 */
function withoutReserved({ bytes, body }: Frame, { type, flags }: Kind): Buffer {
  if (flags === undefined) return bytes;
  const copy = Buffer.from(bytes);
  copy[0] = ((bytes[0] ?? 0) & 0xf0) | flags;
  if (type === "CONNACK") copy[body] = 0;
  return copy;
}

const isAck = (type: ServerPacket["type"]): type is (Ack | Pubrel)["type"] => type in cmds || type === "PUBREL";

/** An identifier is all that these hold; every publish waits for one or two of them. */
function readAck(type: (Ack | Pubrel)["type"], { bytes, body }: Frame): ServerPacket {
  const id = bytes.readUInt16BE(body);
  return type === "PUBREL" ? { type, id, dup: false } : { type, id };
}

/** mqtt-packet's packet as ours; `flawOf` looks at the numbers that are taken on trust here. */
function understand(parsed: Foreign, frame: Frame): ServerPacket | string {
  switch (parsed.cmd) {
    case "connack":
      return understandConnack(parsed);
    case "publish":
      return hasIllFormedTopic(parsed, frame) ? "PUBLISH with ill-formed UTF-8" : understandPublish(parsed);
    case "suback":
      return { type: "SUBACK", id: parsed.messageId ?? 0, granted: parsed.granted.map(Number) };
    case "pingresp":
      return { type: "PINGRESP" };
    default:
      return `unexpected ${parsed.cmd}`;
  }
}

function understandConnack({ sessionPresent, returnCode }: IConnackPacket): ServerPacket {
  return { type: "CONNACK", sessionPresent, returnCode: returnCode as Connack["returnCode"] };
}

/** The payload is a copy: the bytes handed in may be used again. */
function understandPublish({ messageId, qos, retain, dup, topic, payload }: IPublishPacket): ServerPacket {
  const id = qos === 0 ? 0 : (messageId ?? 0);
  return { type: "PUBLISH", id, qos, retain, dup, topic, payload: new Uint8Array(payload as Buffer) };
}

/** mqtt-packet puts U+FFFD where UTF-8 is ill-formed; only then the bytes are looked at. [MQTT-1.5.3-1] */
function hasIllFormedTopic({ topic }: IPublishPacket, { bytes, body }: Frame): boolean {
  if (!topic.includes("\uFFFD")) return false;
  const from = body + 2;
  return !Buffer.from(topic).equals(bytes.subarray(from, from + bytes.readUInt16BE(body)));
}
