import type { Connect, Packet, Publish } from "./packet.js";

/** The first byte of each packet, without the flags of a PUBLISH. MQTT 2.2.1, 2.2.2 */
const firstBytes: { readonly [T in Packet["type"]]: number } = {
  CONNECT: 0x10,
  CONNACK: 0x20,
  PUBLISH: 0x30,
  PUBACK: 0x40,
  PUBREC: 0x50,
  PUBREL: 0x62,
  PUBCOMP: 0x70,
  SUBSCRIBE: 0x82,
  SUBACK: 0x90,
  UNSUBSCRIBE: 0xa2,
  UNSUBACK: 0xb0,
  PINGREQ: 0xc0,
  PINGRESP: 0xd0,
  DISCONNECT: 0xe0,
};

/** The flag of a packet that is sent again. MQTT 3.3.1.1; MQTT 3.1 2.1 has it in PUBREL, SUBSCRIBE and UNSUBSCRIBE, too. */
const dupFlag = 8;

/** The bytes of a packet. Strings and binary fields must have at most 65535 bytes. */
export function encode(packet: Packet): Uint8Array {
  const first = firstBytes[packet.type] | ("dup" in packet && packet.dup ? dupFlag : 0);
  switch (packet.type) {
    case "CONNECT":
      return frame(first, connectFields(packet));
    case "PUBLISH":
      return encodePublish(first, packet);
    case "SUBSCRIBE": // MQTT 3.8.3
      return frame(first, [number(packet.id), ...packet.topics.flatMap(({ topic, qos }) => [text(topic), byte(qos)])]);
    case "UNSUBSCRIBE": // MQTT 3.10.3
      return frame(first, [number(packet.id), ...packet.topics.map(text)]);
    case "CONNACK": // MQTT 3.2
      return Uint8Array.of(first, 2, Number(packet.sessionPresent), packet.returnCode);
    case "SUBACK": // MQTT 3.9
      return frame(first, [number(packet.id), Buffer.from(packet.granted)]);
    case "PINGREQ":
    case "PINGRESP":
    case "DISCONNECT":
      return Uint8Array.of(first, 0);
    default:
      return Uint8Array.of(first, 2, packet.id >> 8, packet.id & 255);
  }
}

/** In one piece, because every message passes here. MQTT 3.3 */
function encodePublish(first: number, { qos, retain, topic, id, payload }: Publish): Uint8Array {
  const topicLength = Buffer.byteLength(topic);
  const length = 2 + topicLength + (qos === 0 ? 0 : 2) + payload.length;
  const bytes = Buffer.allocUnsafe(1 + lengthOfLength(length) + length);
  bytes[0] = first | (qos << 1) | Number(retain);
  let at = bytes.writeUInt16BE(topicLength, writeLength(bytes, 1, length));
  at += bytes.write(topic, at);
  if (qos !== 0) at = bytes.writeUInt16BE(id, at);
  bytes.set(payload, at);
  return bytes;
}

/** Variable header and payload. MQTT 3.1.2, 3.1.3 */
function connectFields({ level, clientId, cleanSession, keepAlive, will, user, password }: Connect): readonly Buffer[] {
  const flags =
    (user === undefined ? 0 : 0x80) |
    (password === undefined ? 0 : 0x40) |
    (will === undefined ? 0 : (Number(will.retain) << 5) | (will.qos << 3) | 0x04) |
    (cleanSession ? 0x02 : 0);
  return [
    text(level === 3 ? "MQIsdp" : "MQTT"),
    byte(level),
    byte(flags),
    number(keepAlive),
    text(clientId),
    ...(will === undefined ? [] : [text(will.topic), binary(will.message)]),
    ...(user === undefined ? [] : [text(user)]),
    ...(password === undefined ? [] : [binary(password)]),
  ];
}

const byte = (value: number): Buffer => Buffer.of(value);
const number = (value: number): Buffer => Buffer.of(value >> 8, value & 255);
const text = (value: string): Buffer => binary(Buffer.from(value));
const binary = (value: Uint8Array): Buffer => Buffer.concat([number(value.length), value]);

/** A packet of a first byte and fields. */
function frame(first: number, fields: readonly Buffer[]): Uint8Array {
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  const header = Buffer.alloc(1 + lengthOfLength(length), first);
  writeLength(header, 1, length);
  return Buffer.concat([header, ...fields]);
}

/** How many bytes a remaining length takes: seven bits go into each. MQTT 2.2.3 */
function lengthOfLength(length: number): number {
  if (length < 128) return 1;
  return 1 + lengthOfLength(length >> 7);
}

/** Writes a remaining length; returns the place behind it. MQTT 2.2.3 */
function writeLength(bytes: Uint8Array, at: number, length: number): number {
  const isLast = length < 128;
  bytes[at] = isLast ? length : (length & 127) | 128;
  return isLast ? at + 1 : writeLength(bytes, at + 1, length >> 7);
}
