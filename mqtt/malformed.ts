import type { Ack, Connack, Level, Publish, Pubrel, ServerPacket, ServerPacketOf, Suback } from "./packet.js";

type Check<P> = (packet: P, level: Level) => string | undefined;

/** What can be wrong in one packet although its frame is good. */
const checks: { readonly [T in ServerPacket["type"]]: Check<ServerPacketOf<T>> } = {
  CONNACK: connackFlaw,
  PUBLISH: publishFlaw,
  PUBACK: idFlaw,
  PUBREC: idFlaw,
  PUBREL: idFlaw,
  PUBCOMP: idFlaw,
  SUBACK: subackFlaw,
  UNSUBACK: idFlaw,
  PINGRESP: () => undefined,
};

/** Why a packet must not be taken, or nothing. */
export function malformation(packet: ServerPacket, level: Level): string | undefined {
  // The table has a look at the right packet for each type, which the compiler cannot follow.
  return (checks[packet.type] as Check<ServerPacket>)(packet, level);
}

function connackFlaw({ returnCode, sessionPresent }: Connack): string | undefined {
  if (returnCode > 5) return `CONNACK with code ${returnCode}`; // MQTT 3.2.2.3
  if (returnCode !== 0 && sessionPresent) return "CONNACK with session present and a refusal"; // [MQTT-3.2.2-4]
  return undefined;
}

function publishFlaw(packet: Publish, level: Level): string | undefined {
  const { qos, dup, topic } = packet;
  if (qos === 0 && dup && level === 4) return "PUBLISH with DUP and QoS 0"; // [MQTT-3.3.1-2]
  if (topic === "") return "PUBLISH with an empty topic"; // [MQTT-4.7.3-1]
  if (/[+#]/.test(topic)) return "PUBLISH to a wildcard"; // [MQTT-3.3.2-2]
  if (topic.includes("\0")) return "PUBLISH with U+0000 in its topic"; // [MQTT-1.5.3-2]
  return qos === 0 ? undefined : idFlaw(packet);
}

function subackFlaw(packet: Suback): string | undefined {
  return packet.granted.length === 0 ? "SUBACK without codes" : idFlaw(packet); // [MQTT-3.8.4-5]
}

/** mqtt-packet reads an identifier that is not there as -1. [MQTT-2.3.1-1] */
function idFlaw({ type, id }: Ack | Pubrel | Publish | Suback): string | undefined {
  return id > 0 ? undefined : `${type} without an identifier`;
}
