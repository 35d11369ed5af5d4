import type { Tone } from "../../colour.js";
import type { RecordedEvent } from "../recorded-event.js";
import type { Sketch } from "./row.js";

/** A field that should be a text or a number, as text. */
export const textOf = (field: unknown): string =>
  typeof field === "string" ? field : typeof field === "number" || typeof field === "boolean" ? String(field) : "";

/** MQTT 3.2.2.3 */
const returnCodes: Readonly<Record<string, string>> = {
  0: "accepted",
  1: "unacceptable protocol version",
  2: "identifier rejected",
  3: "server unavailable",
  4: "bad user name or password",
  5: "not authorized",
};

/** The row of an MQTT packet. */
export function packetSketch(event: RecordedEvent): Sketch {
  const { packet, way, dup } = event;
  const isAgain = dup === true;
  const text = [nameOf(event), ...detailsOf(event)].join(" ");
  return {
    topics: ["packets"],
    side: "broker",
    shape: { kind: "arrow", from: way === "sent" ? "module" : "broker" },
    tone: toneOf(event),
    text: isAgain ? `again: ${text}` : text,
    key: [textOf(packet), textOf(way), isAgain, ...alikeOf(event)].join(" "),
  };
}

/** The type of a packet, and its identifier if it has one. */
export const nameOf = ({ packet, msgId }: RecordedEvent): string =>
  typeof msgId === "number" && msgId > 0 ? `${textOf(packet)} ${msgId}` : textOf(packet);

function toneOf({ packet, returnCode, granted, dup }: RecordedEvent): Tone {
  const isRefusal = (packet === "CONNACK" && returnCode !== 0) || (Array.isArray(granted) && granted.includes(128));
  if (isRefusal) return "trouble";
  return dup === true ? "again" : "packet";
}

/** What a packet says beside its type and identifier. */
function detailsOf(event: RecordedEvent): readonly string[] {
  switch (event.packet) {
    case "CONNECT": {
      const { clientId, cleanSession, keepAlive, user } = event;
      const login = typeof user === "string" ? [`user ${user}`] : [];
      const clean = cleanSession === false ? ["session kept"] : [];
      return [textOf(clientId), ...login, `keep-alive ${textOf(keepAlive)} s`, ...clean];
    }
    case "CONNACK": {
      const code = textOf(event.returnCode);
      return [
        code,
        ...(returnCodes[code] ? [returnCodes[code]] : []),
        ...(event.sessionPresent === true ? ["session present"] : []),
      ];
    }
    case "PUBLISH":
      return [
        `qos ${textOf(event.qos)}`,
        ...(event.retain === true ? ["retain"] : []),
        `${textOf(event.topic)}: ${payloadText(event)}`,
      ];
    case "SUBSCRIBE":
      return [topicsIn(event.topics)];
    case "UNSUBSCRIBE":
      return [topicsIn(event.topics)];
    case "SUBACK":
      return [Array.isArray(event.granted) ? event.granted.map(grantText).join(", ") : ""];
    default:
      return [];
  }
}

const grantText = (code: unknown): string => (code === 128 ? "refused" : `qos ${textOf(code)}`);

function topicsIn(topics: unknown): string {
  if (!Array.isArray(topics)) return "";
  const all = topics.map((each: unknown) => {
    if (typeof each !== "object" || each === null) return textOf(each);
    const { topic, qos } = each as { readonly topic?: unknown; readonly qos?: unknown };
    return `${textOf(topic)} qos ${textOf(qos)}`;
  });
  return all.join(", ");
}

/** A payload: its text, or its size where it is none. */
export function payloadText({ text, size }: RecordedEvent): string {
  return typeof text === "string" && text !== "" ? text : sizeText(size);
}

/** `1 byte`, `5 bytes`. */
export const sizeText = (size: unknown): string => (size === 1 ? "1 byte" : `${textOf(size)} bytes`);

/** What packets that are alike have in common beside type and way. */
const alikeOf = ({ qos, topic, retain, returnCode, granted }: RecordedEvent): readonly string[] =>
  [qos, topic, retain, returnCode, Array.isArray(granted) ? granted.join() : ""].map(textOf);
