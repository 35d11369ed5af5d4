import { type Packet as Foreign, generate, parser, writeToStream } from "mqtt-packet";
import type { ClientPacket, Level, ServerPacket } from "../../mqtt/packet.js";

// Else 65 536 little buffers are made at the first packet, which takes a tenth of a second.
writeToStream.cacheNumbers = false;

const commands = { PUBACK: "puback", PUBREC: "pubrec", PUBCOMP: "pubcomp", UNSUBACK: "unsuback" } as const;
const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The bytes of a packet, as mqtt-packet writes them. It does not know the DUP flag that MQTT 3.1 has in more packets than PUBLISH. */
export function encodedByMqttPacket(packet: ClientPacket, level: Level): Buffer {
  const bytes = generate(foreign(packet), { protocolVersion: level });
  if ("dup" in packet && packet.dup) bytes[0] = (bytes[0] ?? 0) | 8;
  return bytes;
}

function foreign(packet: ClientPacket): Foreign {
  switch (packet.type) {
    case "CONNECT": {
      const { level, clientId, cleanSession, keepAlive, will, user, password } = packet;
      return {
        cmd: "connect",
        protocolId: level === 3 ? "MQIsdp" : "MQTT",
        protocolVersion: level,
        clientId,
        clean: cleanSession,
        keepalive: keepAlive,
        ...(will && { will: { ...will, payload: view(will.message) } }),
        ...(user !== undefined && { username: user }),
        ...(password && { password: view(password) }),
      };
    }
    case "PUBLISH": {
      const { topic, payload, qos, retain, dup, id } = packet;
      return { cmd: "publish", topic, payload: view(payload), qos, retain, dup, messageId: id };
    }
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
      return { cmd: commands[packet.type], messageId: packet.id } as Foreign;
  }
}

const fixed: { readonly [type: number]: { readonly name: string; readonly flags: number; readonly length?: number } } =
  {
    2: { name: "CONNACK", flags: 0, length: 2 },
    4: { name: "PUBACK", flags: 0, length: 2 },
    5: { name: "PUBREC", flags: 0, length: 2 },
    6: { name: "PUBREL", flags: 2, length: 2 },
    7: { name: "PUBCOMP", flags: 0, length: 2 },
    9: { name: "SUBACK", flags: 0 },
    11: { name: "UNSUBACK", flags: 0, length: 2 },
    13: { name: "PINGRESP", flags: 0, length: 0 },
  };

/**
 * One whole packet of a server, as mqtt-packet reads it, or why it must not be taken. mqtt-packet lets more pass than MQTT
 * does: lengths, identifiers, return codes and topics are looked at here.
 */
export function decodedByMqttPacket(frame: Buffer, level: Level): ServerPacket | string {
  const [first = 0] = frame;
  const type = first >> 4;
  if (type !== 3 && fixed[type] === undefined) return `a packet of type ${type}, which no server sends`;
  const { name = "PUBLISH", flags, length } = fixed[type] ?? {};
  if (level === 4 && flags !== undefined && (first & 15) !== flags) return `${name} with flags ${first & 15}`;
  const body = 1 + frame.subarray(1).findIndex((digit) => digit < 128) + 1;
  if (length !== undefined && frame.length - body !== length) return `${name} of a wrong length`;
  const copy = Buffer.from(frame);
  if (level === 3 && flags !== undefined) copy[0] = (type << 4) | flags; // reserved. MQTT 3.1 2.1
  if (level === 3 && name === "CONNACK") copy[body] = 0; // reserved. MQTT 3.1 3.2
  const parsed = parse(copy);
  const wrongCode = name === "SUBACK" ? frame.subarray(body + 2).find((code) => code > 2 && code !== 128) : undefined;
  if (parsed === undefined) return wrongCode === undefined ? `malformed ${name}` : `SUBACK with code ${wrongCode}`;
  return native(parsed, frame.subarray(body), level);
}

function parse(frame: Buffer): Foreign | undefined {
  const found: Foreign[] = [];
  const reader = parser();
  reader.on("packet", (packet) => found.push(packet));
  reader.on("error", () => {});
  reader.parse(frame);
  return found[0];
}

function native(parsed: Foreign, body: Buffer, level: Level): ServerPacket | string {
  switch (parsed.cmd) {
    case "connack": {
      const { sessionPresent, returnCode = 0 } = parsed;
      if (returnCode > 5) return `CONNACK with code ${returnCode}`;
      if (returnCode !== 0 && sessionPresent) return "CONNACK with session present and a refusal";
      return { type: "CONNACK", sessionPresent, returnCode: returnCode as 0 };
    }
    case "publish": {
      const { messageId = 0, qos, retain, dup, topic, payload } = parsed;
      const written = body.subarray(2, 2 + body.readUInt16BE());
      if (!Buffer.from(topic).equals(written)) return "PUBLISH with ill-formed UTF-8";
      if (qos === 0 && dup && level === 4) return "PUBLISH with DUP and QoS 0";
      if (topic === "") return "PUBLISH with an empty topic";
      if (/[+#]/.test(topic)) return "PUBLISH to a wildcard";
      if (topic.includes("\0")) return "PUBLISH with U+0000 in its topic";
      if (qos !== 0 && messageId <= 0) return "PUBLISH without an identifier";
      const id = qos === 0 ? 0 : messageId;
      return { type: "PUBLISH", id, qos, retain, dup, topic, payload: payload as Buffer };
    }
    case "suback": {
      const { messageId = 0, granted } = parsed;
      if (granted.length === 0) return "SUBACK without codes";
      return messageId <= 0
        ? "SUBACK without an identifier"
        : { type: "SUBACK", id: messageId, granted: granted.map(Number) };
    }
    case "pingresp":
      return { type: "PINGRESP" };
    case "pubrel": {
      const { messageId: id = 0 } = parsed;
      return id <= 0 ? "PUBREL without an identifier" : { type: "PUBREL", id, dup: false };
    }
    case "puback":
    case "pubrec":
    case "pubcomp":
    case "unsuback": {
      const type = parsed.cmd.toUpperCase() as "PUBACK" | "PUBREC" | "PUBCOMP" | "UNSUBACK";
      const { messageId: id = 0 } = parsed;
      return id <= 0 ? `${type} without an identifier` : { type, id };
    }
    default:
      return `unexpected ${parsed.cmd}`;
  }
}
