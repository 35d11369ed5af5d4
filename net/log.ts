import { type Octets, printable } from "../at/octets.js";
import type { TraceEvent } from "../emulator/trace.js";
import type { Packet } from "../mqtt/packet.js";

/** How much is logged: everything, what people ask about, only what went wrong, or nothing. */
export const logLevels = ["trace", "info", "warn", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line for people, and the least level at which it is shown. */
interface LogLine {
  readonly level: Exclude<LogLevel, "silent">;
  readonly text: string;
}

const info = (text: string): LogLine => ({ level: "info", text });
const warn = (text: string): LogLine => ({ level: "warn", text });

const longest = 200;
const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
const shown = (octets: Octets): string => short(printable(octets));
const quoted = (text: string): string => short(JSON.stringify(text));

/** A packet as the log shows it: MQTT's words, no password and no payload. */
function packetWords(packet: Packet): string {
  switch (packet.type) {
    case "CONNECT": {
      const { level, clientId, cleanSession, keepAlive, will, user, password } = packet;
      const parts = [
        `CONNECT ${level === 3 ? "3.1" : "3.1.1"} ${quoted(clientId)} clean ${Number(cleanSession)} keepalive ${keepAlive}`,
        ...(will === undefined ? [] : [`will ${quoted(will.topic)} qos ${will.qos} retain ${Number(will.retain)}`]),
        ...(user === undefined ? [] : [`user ${quoted(user)}`]),
        ...(password === undefined ? [] : ["password ***"]),
      ];
      return parts.join(" ");
    }
    case "CONNACK":
      return `CONNACK ${packet.returnCode}${packet.sessionPresent ? " session present" : ""}`;
    case "PUBLISH": {
      const { id, qos, retain, dup, topic, payload } = packet;
      const flags = `${retain ? " retain" : ""}${dup ? " dup" : ""}`;
      return `PUBLISH ${id} qos ${qos}${flags} ${quoted(topic)} ${payload.length} bytes`;
    }
    case "SUBSCRIBE":
      return `SUBSCRIBE ${packet.id} ${packet.topics.map(({ topic, qos }) => `${quoted(topic)} qos ${qos}`).join(" ")}`;
    case "SUBACK":
      return `SUBACK ${packet.id} granted ${packet.granted.join(",")}`;
    case "UNSUBSCRIBE":
      return `UNSUBSCRIBE ${packet.id} ${packet.topics.map(quoted).join(" ")}`;
    case "PINGREQ":
    case "PINGRESP":
    case "DISCONNECT":
      return packet.type;
    default:
      return `${packet.type} ${packet.id}`;
  }
}

type Words = { readonly [K in TraceEvent["kind"]]: (event: Extract<TraceEvent, { readonly kind: K }>) => LogLine };

const words: Words = {
  line: ({ line }) => info(`host> ${shown(line)}`),
  payload: ({ length }) => info(`host> payload of ${length} bytes`),
  cancelled: () => info("host> <ESC> leaves the payload"),
  answer: ({ line }) => info(`host< ${shown(line)}`),
  urc: ({ line }) => info(`host< ${shown(line)}`),
  packet: ({ way, packet }) => info(`mqtt${way === "sent" ? ">" : "<"} ${packetWords(packet)}`),
  phase: ({ phase }) => ({ level: "trace", text: `mqtt= ${phase}` }),
  dial: ({ host, port }) => info(`net> dial ${shown(host)}:${port}`),
  up: () => info("net< up"),
  down: ({ reason }) => info(`net< down: ${reason}`),
  hangUp: ({ how }) => info(`net> ${how === "end" ? "close" : "reset"}`),
  ignored: ({ what }) => info(`mqtt! ignored: ${short(what)}`),
  violation: ({ why }) => warn(`mqtt! the broker broke the protocol: ${short(why)}`),
  radio: ({ change }) => info(`radio= ${JSON.stringify(change)}`),
  reboot: ({ cause }) => info(`module= ${cause}`),
  dropped: ({ bytes }) => warn(`uart! ${bytes} bytes of the host were dropped`),
};

const lineOf = <K extends TraceEvent["kind"]>(event: Extract<TraceEvent, { readonly kind: K }>): LogLine =>
  (words[event.kind] as Words[K])(event);

/** Writes what happens, one readable line an event; `write` gets it without its end. */
export class Log {
  readonly #level: number;
  readonly #write: (line: string) => void;

  constructor(level: LogLevel, write: (line: string) => void) {
    this.#level = logLevels.indexOf(level);
    this.#write = write;
  }

  /** Logs a trace event. */
  event(event: TraceEvent): void {
    this.#put(lineOf(event));
  }

  /** Logs something worth knowing. */
  info(text: string): void {
    this.#put(info(text));
  }

  /** Logs something that went wrong. */
  warn(text: string): void {
    this.#put(warn(text));
  }

  #put({ level, text }: LogLine): void {
    if (logLevels.indexOf(level) >= this.#level) this.#write(text);
  }
}
