import type { Version } from "./bench.js";

/** Bytes of a broker. */
export interface BrokerInput {
  readonly what: string;
  /** The bytes in hexadecimal. */
  readonly bytes: string;
  /** The protocol level in which the case counts. Left out: both. */
  readonly version?: Version;
}

const webPage = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>${"no ".repeat(20)}</h1>`;
const publish = "30 06 0001 74 616263";

/** Valid packets of every type that a server may send. */
export const validPackets: readonly BrokerInput[] = [
  { what: "CONNACK", bytes: "20 02 00 00" },
  { what: "PUBLISH QoS 0", bytes: publish },
  { what: "PUBLISH QoS 1", bytes: "32 06 0001 74 0009 61" },
  { what: "PUBLISH QoS 2", bytes: "34 06 0001 74 0009 61" },
  { what: "PUBACK", bytes: "40 02 0001" },
  { what: "PUBREC", bytes: "50 02 0001" },
  { what: "PUBREL", bytes: "62 02 0001" },
  { what: "PUBCOMP", bytes: "70 02 0001" },
  { what: "SUBACK", bytes: "90 03 0001 00" },
  { what: "UNSUBACK", bytes: "b0 02 0001" },
  { what: "PINGRESP", bytes: "d0 00" },
];

/** Violations that drop the link at any time. MQTT 3.1.1 sections 2.2, 3 and 4.8 */
export const violations: readonly BrokerInput[] = [
  { what: "packet type 0", bytes: "00 00" },
  { what: "packet type 15", bytes: "f0 00" },
  { what: "CONNECT, which only a client sends", bytes: "10 0d 0004 4d515454 04 02 0078 0001 61" },
  { what: "SUBSCRIBE, which only a client sends", bytes: "82 06 0001 0001 74 00" },
  { what: "UNSUBSCRIBE, which only a client sends", bytes: "a2 05 0001 0001 74" },
  { what: "PINGREQ, which only a client sends", bytes: "c0 00" },
  { what: "DISCONNECT, which only a client sends", bytes: "e0 00" },
  { what: "a web page", bytes: Buffer.from(webPage).toString("hex") },
  { what: "a length of five bytes", bytes: "30 ff ff ff ff 01" },
  { what: "a length without an end", bytes: "30 80 80 80 80 80 80" },
  { what: "a length of 256 MB", bytes: "30 ff ff ff 7f 00" },
  { what: "CONNACK without its code", bytes: "20 01 00" },
  { what: "CONNACK with an extra byte", bytes: "20 03 00 00 00" },
  { what: "CONNACK with a code of 6", bytes: "20 02 00 06" },
  { what: "CONNACK with a code of 255", bytes: "20 02 00 ff" },
  { what: "CONNACK with flags", bytes: "2f 02 00 00", version: 4 },
  { what: "CONNACK with reserved bits", bytes: "20 02 fe 00", version: 4 },
  { what: "PUBLISH QoS 3", bytes: "36 06 0001 74 0009 61" },
  { what: "PUBLISH QoS 1 with id 0", bytes: "32 06 0001 74 0000 61" },
  { what: "PUBLISH QoS 2 with id 0", bytes: "34 06 0001 74 0000 61" },
  { what: "PUBLISH QoS 1 without an id", bytes: "32 03 0001 74" },
  { what: "PUBLISH QoS 1 with half an id", bytes: "32 04 0001 74 00" },
  { what: "PUBLISH of length 0", bytes: "30 00" },
  { what: "PUBLISH with half a topic length", bytes: "30 01 00" },
  { what: "PUBLISH with a topic longer than itself", bytes: "30 05 0009 74 6162" },
  { what: "PUBLISH with an empty topic", bytes: "30 03 0000 61" },
  { what: "PUBLISH to #", bytes: "30 04 0001 23 61" },
  { what: "PUBLISH to a/+", bytes: "30 06 0003 612f2b 61" },
  { what: "PUBLISH with U+0000 in its topic", bytes: "30 05 0002 6100 61" },
  { what: "PUBLISH with half a character", bytes: "30 04 0001 c3 61" },
  { what: "PUBLISH with an overlong character", bytes: "30 05 0002 c0af 61" },
  { what: "PUBLISH with a surrogate", bytes: "30 06 0003 eda080 61" },
  { what: "PUBLISH beyond U+10FFFF", bytes: "30 07 0004 f4908080 61" },
  { what: "PUBLISH QoS 0 with DUP", bytes: "38 04 0001 74 61", version: 4 },
  { what: "PUBACK with id 0", bytes: "40 02 0000" },
  { what: "PUBACK without an id", bytes: "40 00" },
  { what: "PUBACK with half an id", bytes: "40 01 00" },
  { what: "PUBACK with an extra byte", bytes: "40 03 0001 00" },
  { what: "PUBACK with flags", bytes: "42 02 0001", version: 4 },
  { what: "PUBREC with id 0", bytes: "50 02 0000" },
  { what: "PUBREC with flags", bytes: "58 02 0001", version: 4 },
  { what: "PUBREL with id 0", bytes: "62 02 0000" },
  { what: "PUBREL with flags 0", bytes: "60 02 0001", version: 4 },
  { what: "PUBREL with DUP", bytes: "6a 02 0001", version: 4 },
  { what: "PUBREL without an id", bytes: "62 00" },
  { what: "PUBCOMP with id 0", bytes: "70 02 0000" },
  { what: "PUBCOMP with flags", bytes: "71 02 0001", version: 4 },
  { what: "SUBACK of length 0", bytes: "90 00" },
  { what: "SUBACK without codes", bytes: "90 02 0001" },
  { what: "SUBACK with id 0", bytes: "90 03 0000 00" },
  { what: "SUBACK with a code of 3", bytes: "90 03 0003 03" },
  { what: "SUBACK with a code of 127", bytes: "90 03 0003 7f" },
  { what: "SUBACK with flags", bytes: "92 03 0001 00", version: 4 },
  { what: "UNSUBACK with id 0", bytes: "b0 02 0000" },
  { what: "UNSUBACK with an extra byte", bytes: "b0 03 0001 00" },
  { what: "PINGRESP with a byte", bytes: "d0 01 00" },
  { what: "PINGRESP with flags", bytes: "d1 00", version: 4 },
];

/** Violations that drop the link when it is connected; publishes 1 and 2, subscription 3 to two topics, and 4 are pending. */
export const violationsWhileConnected: readonly BrokerInput[] = [
  { what: "a second CONNACK", bytes: "20 02 00 00" },
  { what: "a second CONNACK, a refusal", bytes: "20 02 00 05" },
  { what: "a SUBACK with too few codes", bytes: "90 03 0003 00" },
  { what: "a SUBACK with too many codes", bytes: "90 05 0003 00 00 00" },
];

/** Answers that complete nothing, while publishes 1 (QoS 1) and 2 (QoS 2), subscription 3 and unsubscription 4 are pending. */
export const unexpectedAnswers: readonly (BrokerInput & { readonly answer?: string })[] = [
  { what: "PUBACK for an unknown id", bytes: "40 02 0009" },
  { what: "PUBACK for a QoS 2 publish", bytes: "40 02 0002" },
  { what: "PUBACK for a subscription", bytes: "40 02 0003" },
  { what: "PUBREC for an unknown id", bytes: "50 02 0009", answer: "62020009" },
  { what: "PUBREL for an unknown id", bytes: "62 02 0009", answer: "70020009" },
  { what: "PUBREL for a publish of the module", bytes: "62 02 0002", answer: "70020002" },
  { what: "PUBCOMP for an unknown id", bytes: "70 02 0009" },
  { what: "PUBCOMP before PUBREC", bytes: "70 02 0002" },
  { what: "PUBCOMP for a QoS 1 publish", bytes: "70 02 0001" },
  { what: "SUBACK for an unknown id", bytes: "90 03 0009 00" },
  { what: "SUBACK for a publish", bytes: "90 04 0001 00 00" },
  { what: "SUBACK for an unsubscription", bytes: "90 03 0004 00" },
  { what: "UNSUBACK for an unknown id", bytes: "b0 02 0009" },
  { what: "UNSUBACK for a subscription", bytes: "b0 02 0003" },
  { what: "PINGRESP without a PINGREQ", bytes: "d0 00" },
  { what: "CONNACK's reserved flags elsewhere, 3.1", bytes: "4f 02 0009", version: 3 },
  { what: "PUBREL with DUP, 3.1", bytes: "6a 02 0009", answer: "70020009", version: 3 },
];
