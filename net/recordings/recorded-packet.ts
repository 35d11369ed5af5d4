import * as v from "valibot";
import type { Packet } from "../../mqtt/packet.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { traceEvent } from "../trace/trace-schema.js";

/** What stands for a payload of which a trace has the size alone. */
const filler = 0x2a;

/**
 * The MQTT packet of an event, as it was on the wire; undefined: the event has none, or not all of its fields. Of a will a
 * trace has no message, and passwords are masked in it.
 */
export function packetOf(event: RecordedEvent): Packet | undefined {
  const read = v.safeParse(traceEvent, event);
  if (!read.success || read.output.kind !== "packet") return undefined;
  const fields = read.output;
  switch (fields.packet) {
    case "CONNECT": {
      const { level, clientId, cleanSession, keepAlive, will, user, password } = fields;
      return {
        type: "CONNECT",
        ...{ level, clientId, cleanSession, keepAlive },
        ...(will && { will: { ...will, message: new Uint8Array(0) } }),
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      };
    }
    case "CONNACK": {
      const { sessionPresent, returnCode } = fields;
      return isReturnCode(returnCode) ? { type: "CONNACK", sessionPresent, returnCode } : undefined;
    }
    case "PUBLISH": {
      const { msgId: id = 0, qos, dup, retain, topic } = fields;
      return { type: "PUBLISH", id, qos, dup, retain, topic, payload: payloadOf(fields) };
    }
    case "SUBSCRIBE":
      return { type: "SUBSCRIBE", id: fields.msgId ?? 0, dup: fields.dup ?? false, topics: fields.topics };
    case "UNSUBSCRIBE":
      return { type: "UNSUBSCRIBE", id: fields.msgId ?? 0, dup: fields.dup ?? false, topics: fields.topics };
    case "SUBACK":
      return { type: "SUBACK", id: fields.msgId ?? 0, granted: fields.granted };
    case "PUBREL":
      return { type: "PUBREL", id: fields.msgId ?? 0, dup: fields.dup ?? false };
    case "PUBACK":
    case "PUBREC":
    case "PUBCOMP":
    case "UNSUBACK":
      return { type: fields.packet, id: fields.msgId ?? 0 };
    default:
      return { type: fields.packet };
  }
}

const isReturnCode = (code: number): code is 0 | 1 | 2 | 3 | 4 | 5 => code <= 5;

function payloadOf({ text, base64, size }: Readonly<Record<string, unknown>>): Uint8Array {
  if (typeof text === "string") return Buffer.from(text);
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : Buffer.alloc(Number(size), filler);
}
