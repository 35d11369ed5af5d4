import type { RecordedEvent } from "../../trace/recorded-event.js";
import { visibleText } from "./visible-text.js";

const short = (value: unknown): string => visibleText(String(value ?? ""), 200);

interface Topic {
  readonly topic: string;
  readonly qos: number;
}

/** What stands behind the type of a packet, where it is not the identifier alone. */
const texts: Readonly<Record<string, (event: RecordedEvent) => string>> = {
  CONNECT: ({ clientId, cleanSession, keepAlive }) =>
    `${short(clientId)}${cleanSession ? "" : " keeps its session"} keep-alive ${keepAlive} s`,
  CONNACK: ({ returnCode, sessionPresent }) => `${returnCode}${sessionPresent ? " session present" : ""}`,
  PUBLISH: ({ msgId, qos, retain, topic, size, text }) =>
    [
      ...(qos === 0 ? [] : [short(msgId)]),
      `QoS ${qos}`,
      ...(retain ? ["retain"] : []),
      short(topic),
      ...(typeof text === "string" ? [`“${visibleText(text, 60)}”`] : [`${size} bytes`]),
    ].join(" "),
  SUBSCRIBE: ({ msgId, topics }) =>
    `${msgId} ${(topics as readonly Topic[]).map(({ topic, qos }) => `${short(topic)} QoS ${qos}`).join(", ")}`,
  SUBACK: ({ msgId, granted }) => `${msgId} granted ${short(granted)}`,
  UNSUBSCRIBE: ({ msgId, topics }) => `${msgId} ${short(topics)}`,
};

/** A packet on one line, with MQTT's names; one that is sent again says so. */
export function packetText(event: RecordedEvent): string {
  const { packet, msgId, dup } = event;
  const tail = texts[String(packet)]?.(event) ?? (msgId === undefined ? "" : short(msgId));
  return `${packet}${dup ? " again" : ""} ${tail}`.trimEnd();
}
