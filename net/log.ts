import { type Octets, printable } from "../at/octets.js";
import type { NetworkRequest } from "../emulator/request.js";
import type { ShownOutcome, TraceEvent } from "../emulator/trace.js";
import type { Packet } from "../mqtt/packet.js";
import type { Clock } from "./time/clock.js";

const longest = 200;

/** Of what somebody else has named, as much as a line of a log bears. */
export const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** How much is logged: everything, what people ask about, only what went wrong, or nothing. */
export const logLevels = ["trace", "info", "warn", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

type Shown = Exclude<LogLevel, "silent">;

const shown = (octets: Octets): string => short(printable(octets));
const count = (bytes: number): string => (bytes === 1 ? "1 byte" : `${bytes} bytes`);
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
      return `PUBLISH ${id} qos ${qos}${flags} ${quoted(topic)} ${count(payload.length)}`;
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

/** A call as the log shows it; the form is veiled already. */
const callWords = (call: NetworkRequest): string =>
  call.kind === "resolve"
    ? `resolve ${shown(call.host)}`
    : `post ${shown(`${call.host}:${call.port}${call.path}`)} ${printable(call.body)}`;

function outcomeWords(outcome: ShownOutcome): string {
  switch (outcome.kind) {
    case "resolved":
      return outcome.address === undefined ? "unresolved" : `resolved: ${outcome.address}`;
    case "posted":
      return `HTTP ${outcome.status}, ${count(outcome.size)}`;
    case "notPosted":
      return `not posted: ${outcome.why}`;
    case "givenUp":
      return "given up";
  }
}

/** How an event is told, and the least level at which it is; `detail` is whether bytes matter too. */
type Words = {
  readonly [K in TraceEvent["kind"]]: readonly [
    Shown,
    (event: Extract<TraceEvent, { readonly kind: K }>, detail: boolean) => string,
  ];
};

const words: Words = {
  line: ["info", ({ line, terminator }, detail) => `host> ${shown(line)}${detail ? printable(terminator) : ""}`],
  payload: [
    "info",
    ({ payload, size }, detail) => `host> payload of ${count(size)}${detail ? `: ${shown(payload)}` : ""}`,
  ],
  cancelled: ["info", () => "host> <ESC> leaves the payload"],
  answer: ["info", ({ line }) => `host< ${shown(line)}`],
  urc: ["info", ({ line }) => `host< ${shown(line)}`],
  packet: ["info", ({ way, packet }) => `mqtt${way === "sent" ? ">" : "<"} ${packetWords(packet)}`],
  phase: ["trace", ({ phase }) => `mqtt= ${phase}`],
  dial: ["info", ({ host, port }) => `net> dial ${shown(host)}:${port}`],
  up: ["info", () => "net< up"],
  down: ["info", ({ reason }) => `net< down: ${reason}`],
  hangUp: ["info", ({ how, why }) => `net> ${how === "end" ? "close" : "reset"}${why === undefined ? "" : `: ${why}`}`],
  call: ["info", ({ call }) => `net> ${callWords(call)}`],
  outcome: ["info", ({ outcome }) => `net< ${outcomeWords(outcome)}`],
  ignored: ["info", ({ what }) => `mqtt! ignored: ${short(what)}`],
  violation: ["warn", ({ why }) => `mqtt! the broker broke the protocol: ${short(why)}`],
  radio: ["info", ({ change: { kind: _, ...what } }) => `radio= ${JSON.stringify(what)}`],
  reboot: ["info", ({ cause }) => `module= ${cause}`],
  dropped: ["warn", ({ bytes }) => `uart! ${count(bytes)} of the host were dropped`],
};

const tell = <K extends TraceEvent["kind"]>(
  event: Extract<TraceEvent, { readonly kind: K }>,
  detail: boolean,
): string => (words[event.kind] as Words[K])[1](event, detail);

/** Writes what happens, one readable line an event; `write` gets it without its end. */
export class Log {
  readonly #level: number;
  readonly #write: (line: string) => void;
  readonly #clock: Pick<Clock, "now"> | undefined;

  /** With a clock, each line begins with its time, in seconds. */
  constructor(level: LogLevel, write: (line: string) => void, clock?: Pick<Clock, "now">) {
    this.#level = logLevels.indexOf(level);
    this.#write = write;
    this.#clock = clock;
  }

  /** Whether events of every line and every packet are written. */
  get wantsTrace(): boolean {
    return this.#shows("info");
  }

  /** Logs a trace event. */
  event(event: TraceEvent): void {
    if (this.#shows(words[event.kind][0])) this.#put(tell(event, this.#shows("trace")));
  }

  /** Logs something worth knowing. */
  info(text: string): void {
    if (this.#shows("info")) this.#put(text);
  }

  /** Logs something that went wrong. */
  warn(text: string): void {
    if (this.#shows("warn")) this.#put(text);
  }

  #shows(level: Shown): boolean {
    return logLevels.indexOf(level) >= this.#level;
  }

  #put(text: string): void {
    const time = this.#clock === undefined ? "" : `${(this.#clock.now() / 1000).toFixed(3).padStart(9)} `;
    this.#write(time + text);
  }
}
