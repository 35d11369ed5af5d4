import type { Frame } from "./frame.js";
import type { Connack, Level, MessageId, Publish, Qos, ServerPacket, Suback } from "./packet.js";

interface Kind {
  readonly type: ServerPacket["type"];
  /** The flags, where they are fixed. [MQTT-2.2.2-1] */
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

/** Why no server may send a packet that begins with this byte; undefined: it may. */
export function wrongStart(first: number, level: Level): string | undefined {
  const kind = kinds[first >> 4];
  if (kind === undefined) return `a packet of type ${first >> 4}, which no server sends`;
  const { type, flags } = kind;
  // MQTT 3.1 reserves these flags: what stands there means nothing. MQTT 3.1 2.1
  return level === 4 && flags !== undefined && (first & 15) !== flags ? `${type} with flags ${first & 15}` : undefined;
}

/** Why no server may send a packet with this fixed header; undefined: it may. */
export function wrongHeader({ first, body, end }: Frame, level: Level): string | undefined {
  const { type, length } = kinds[first >> 4] ?? {};
  const isWrong = length !== undefined && end - body !== length;
  return wrongStart(first, level) ?? (isWrong ? `${type} of a wrong length` : undefined);
}

/** The packet in a frame, or why no server may send it. */
export function decode(frame: Frame, level: Level): ServerPacket | string {
  const { first, body } = frame;
  const wrong = wrongHeader(frame, level);
  if (wrong !== undefined) return wrong;
  const { type } = kinds[first >> 4] ?? { type: "PINGRESP" };
  switch (type) {
    case "PUBLISH":
      return decodePublish(frame, level);
    case "CONNACK":
      return decodeConnack(frame, level);
    case "SUBACK":
      return decodeSuback(frame);
    case "PINGRESP":
      return { type };
    case "PUBREL": {
      const id = idAt(frame, body);
      return id === 0 ? withoutId(type) : { type, id, dup: false };
    }
    default: {
      const id = idAt(frame, body);
      return id === 0 ? withoutId(type) : { type, id };
    }
  }
}

/** [MQTT-2.3.1-1] */
const withoutId = (type: ServerPacket["type"]): string => `${type} without an identifier`;

/** The identifier at a place; 0, which is none, where the packet ends before it. */
const idAt = ({ bytes, end }: Frame, at: number): MessageId => (at + 2 > end ? 0 : bytes.readUInt16BE(at));

/** MQTT 3.2 */
function decodeConnack({ bytes, body }: Frame, level: Level): Connack | string {
  const flags = level === 4 ? (bytes[body] ?? 0) : 0; // reserved in MQTT 3.1, 3.2
  if (flags > 1) return "malformed CONNACK";
  const sessionPresent = flags === 1;
  const returnCode = bytes[body + 1] ?? 0;
  if (!isReturnCode(returnCode)) return `CONNACK with code ${returnCode}`; // MQTT 3.2.2.3
  if (returnCode !== 0 && sessionPresent) return "CONNACK with session present and a refusal"; // [MQTT-3.2.2-4]
  return { type: "CONNACK", sessionPresent, returnCode };
}

const isReturnCode = (code: number): code is Connack["returnCode"] => code <= 5;

/** MQTT 3.9 */
function decodeSuback(frame: Frame): Suback | string {
  const { bytes, body, end } = frame;
  if (end - body < 2) return "malformed SUBACK";
  const granted = [...bytes.subarray(body + 2, end)];
  const wrong = granted.find((code) => code > 2 && code !== 128);
  if (wrong !== undefined) return `SUBACK with code ${wrong}`; // [MQTT-3.9.3-2]
  if (granted.length === 0) return "SUBACK without codes"; // [MQTT-3.8.4-5]
  const id = idAt(frame, body);
  return id === 0 ? withoutId("SUBACK") : { type: "SUBACK", id, granted };
}

/** MQTT 3.3. The payload is a copy. */
function decodePublish(frame: Frame, level: Level): Publish | string {
  const { bytes, first, body, end } = frame;
  const qos = (first >> 1) & 3;
  const topicAt = body + 2;
  const topicEnd = topicAt > end ? topicAt : topicAt + bytes.readUInt16BE(body);
  if (!isQos(qos) || topicEnd > end) return "malformed PUBLISH"; // [MQTT-3.3.1-4]
  const dup = (first & 8) !== 0;
  const topic = bytes.toString("utf8", topicAt, topicEnd);
  if (isIllFormed(topic, frame)) return "PUBLISH with ill-formed UTF-8"; // [MQTT-1.5.3-1]
  if (qos === 0 && dup && level === 4) return "PUBLISH with DUP and QoS 0"; // [MQTT-3.3.1-2]
  if (topic === "") return "PUBLISH with an empty topic"; // [MQTT-4.7.3-1]
  if (/[+#]/.test(topic)) return "PUBLISH to a wildcard"; // [MQTT-3.3.2-2]
  if (topic.includes("\0")) return "PUBLISH with U+0000 in its topic"; // [MQTT-1.5.3-2]
  const id = qos === 0 ? 0 : idAt(frame, topicEnd);
  if (qos !== 0 && id === 0) return withoutId("PUBLISH");
  const payload = Buffer.from(bytes.subarray(qos === 0 ? topicEnd : topicEnd + 2, end));
  return { type: "PUBLISH", id, qos, retain: (first & 1) !== 0, dup, topic, payload };
}

const isQos = (qos: number): qos is Qos => qos <= 2;

/** Ill-formed UTF-8 is read as U+FFFD; only where one stands the bytes are looked at. */
function isIllFormed(topic: string, { bytes, body }: Frame): boolean {
  if (!topic.includes("\uFFFD")) return false;
  const at = body + 2;
  return !Buffer.from(topic).equals(bytes.subarray(at, at + bytes.readUInt16BE(body)));
}
