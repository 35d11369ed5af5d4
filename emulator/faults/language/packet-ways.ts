import type { BrokerWay, PacketType } from "./sentence.js";

/** The ways that a packet of a client can take; the first is meant where a sentence names none: the host's own flow. */
const ways: { readonly [P in PacketType]: readonly BrokerWay[] } = {
  CONNECT: ["toBroker"],
  CONNACK: ["fromBroker"],
  PUBLISH: ["toBroker", "fromBroker"],
  PUBACK: ["fromBroker", "toBroker"],
  PUBREC: ["fromBroker", "toBroker"],
  PUBREL: ["toBroker", "fromBroker"],
  PUBCOMP: ["fromBroker", "toBroker"],
  SUBSCRIBE: ["toBroker"],
  SUBACK: ["fromBroker"],
  UNSUBSCRIBE: ["toBroker"],
  UNSUBACK: ["fromBroker"],
  PINGREQ: ["toBroker"],
  PINGRESP: ["fromBroker"],
  DISCONNECT: ["toBroker"],
};

/** Every type of packet, in MQTT's order. */
export const packetTypes = Object.keys(ways) as readonly PacketType[];

/** Whether a word is the type of a packet. */
export const isPacketType = (word: string): word is PacketType => Object.hasOwn(ways, word);

/** The way that a packet takes where a sentence names none. */
export const usualWay = (packet: PacketType): BrokerWay =>
  ways[packet][0] === "fromBroker" ? "fromBroker" : "toBroker";

/** Whether a client ever has this packet on this way. */
export const goes = (packet: PacketType, way: BrokerWay): boolean => ways[packet].includes(way);
