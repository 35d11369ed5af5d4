import type { Frame } from "../../mqtt/frame.js";
import type { MessageId, Qos } from "../../mqtt/packet.js";

/** A packet of a client, as far as a server has to know it to answer. */
export type ClientRequest =
  | { readonly type: "CONNECT" | "PINGREQ" | "DISCONNECT" | "other" }
  | { readonly type: "PUBLISH"; readonly id: MessageId; readonly qos: Qos }
  | { readonly type: "SUBSCRIBE"; readonly id: MessageId; readonly asked: readonly Qos[] }
  | { readonly type: "UNSUBSCRIBE" | "PUBREL" | "PUBREC"; readonly id: MessageId };

/** Reads a packet of our own client, which is well formed. */
export function readRequest({ bytes, first, body, end }: Frame): ClientRequest {
  const id = (at = body): MessageId => bytes.readUInt16BE(at);
  switch (first >> 4) {
    case 1:
      return { type: "CONNECT" };
    case 3: {
      const qos = ((first >> 1) & 3) as Qos;
      return { type: "PUBLISH", qos, id: qos === 0 ? 0 : id(body + 2 + bytes.readUInt16BE(body)) };
    }
    case 5:
      return { type: "PUBREC", id: id() };
    case 6:
      return { type: "PUBREL", id: id() };
    case 8:
      return { type: "SUBSCRIBE", id: id(), asked: askedIn(bytes, body + 2, end) };
    case 10:
      return { type: "UNSUBSCRIBE", id: id() };
    case 12:
      return { type: "PINGREQ" };
    case 14:
      return { type: "DISCONNECT" };
    default:
      return { type: "other" };
  }
}

/** The QoS of each topic of a SUBSCRIBE. MQTT 3.8.3 */
function askedIn(bytes: Buffer, from: number, end: number): readonly Qos[] {
  const asked: Qos[] = [];
  for (let at = from; at < end; ) {
    at += 3 + bytes.readUInt16BE(at);
    asked.push(bytes[at - 1] as Qos);
  }
  return asked;
}
