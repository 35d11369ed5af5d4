import { fromBytes, fromText, type Octets, printable, toText } from "../at/octets.js";
import type { NetworkRequest } from "../emulator/request.js";
import type { ShownOutcome, SocketChange, TraceEvent } from "../emulator/trace.js";
import type { Packet } from "../mqtt/packet.js";
import { answerTone, type Tone, urcTone } from "./colour.js";

/** How many characters of a text from outside are shown in a line of the log. */
const maxShown = 200;

/** A text from outside, cut to the length that a line of the log shows. */
export const truncate = (text: string): string => (text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);

const shown = (octets: Octets): string => truncate(printable(octets));
const count = (bytes: number): string => (bytes === 1 ? "1 byte" : `${bytes} bytes`);
const quoted = (text: string): string => truncate(JSON.stringify(text));

/** What stands behind the size of a payload: its text where it can be printed, else its octets if `detail` asks for them. */
function payloadText(payload: Octets, detail: boolean): string {
  const text = toText(payload);
  const isPrintable = text !== undefined && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
  if (payload === "" || !(isPrintable || detail)) return "";
  return `: ${isPrintable ? truncate(text) : shown(payload)}`;
}

/** A packet as text, with MQTT's names, without a password. */
function packetText(packet: Packet, detail: boolean): string {
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
      return `PUBLISH ${id} qos ${qos}${flags} ${quoted(topic)} ${count(payload.length)}${payloadText(fromBytes(payload), detail)}`;
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

/** A request as text; secrets in its form are masked already. */
const requestText = (call: NetworkRequest): string =>
  call.kind === "resolve"
    ? `resolve ${shown(call.host)}`
    : `post ${shown(`${call.host}:${call.port}${call.path}`)} ${printable(call.body)}`;

function outcomeText(outcome: ShownOutcome): string {
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

function socketText(event: SocketChange): string {
  switch (event.state) {
    case "created":
      return `${event.protocol} created${event.port === 0 ? "" : `, port ${event.port}`}`;
    case "dialled":
      return `dial ${event.address}:${event.port}`;
    case "up":
    case "closed":
      return event.state;
    case "down":
      return `down: ${event.reason}`;
    case "full":
      return `a datagram of ${count(event.bytes)} was dropped: nobody has read the others`;
    case "unreachable":
      return `a datagram of ${count(event.bytes)} was lost: the module has no network`;
    case "early":
      return `${count(event.bytes)} were dropped: the socket is not connected yet`;
  }
}

/** The size of data, and in detail the data themselves. */
const dataText = (bytes: Uint8Array, detail: boolean): string =>
  `${count(bytes.length)}${detail ? `: ${shown(fromBytes(bytes))}` : ""}`;

/** The level of a line. */
export type LineLevel = "trace" | "info" | "warn";

/** For each kind of event its level, and a function that returns its text; `detail` asks for bytes, too. */
type EventTexts = {
  readonly [K in TraceEvent["kind"]]: readonly [
    LineLevel,
    (event: Extract<TraceEvent, { readonly kind: K }>, detail: boolean) => string,
  ];
};

const eventTexts: EventTexts = {
  line: ["info", ({ line, terminator }, detail) => `host> ${shown(line)}${detail ? printable(terminator) : ""}`],
  payload: ["info", ({ payload, size }, detail) => `host> payload of ${count(size)}${payloadText(payload, detail)}`],
  cancelled: ["info", () => "host> <ESC> leaves the payload"],
  answer: ["info", ({ line }) => `host< ${shown(line)}`],
  urc: ["info", ({ line }) => `host< ${shown(line)}`],
  packet: ["info", ({ way, packet }, detail) => `mqtt${way === "sent" ? ">" : "<"} ${packetText(packet, detail)}`],
  phase: ["trace", ({ phase }) => `mqtt= ${phase}`],
  dial: ["info", ({ host, port }) => `net> dial ${shown(host)}:${port}`],
  up: ["info", () => "net< up"],
  down: ["info", ({ reason }) => `net< down: ${reason}`],
  hangUp: ["info", ({ how, why }) => `net> ${how === "end" ? "close" : "reset"}${why === undefined ? "" : `: ${why}`}`],
  call: ["info", ({ call }) => `net> ${requestText(call)}`],
  outcome: ["info", ({ outcome }) => `net< ${outcomeText(outcome)}`],
  socket: ["info", (event) => `sock= ${event.socket} ${socketText(event)}`],
  datagram: [
    "info",
    ({ socket, way, address, port, payload }, detail) =>
      `sock${way === "sent" ? ">" : "<"} ${socket} ${way === "sent" ? "to" : "from"} ${address}:${port} ${dataText(payload, detail)}`,
  ],
  data: [
    "info",
    ({ socket, way, payload }, detail) => `sock${way === "sent" ? ">" : "<"} ${socket} ${dataText(payload, detail)}`,
  ],
  ignored: ["info", ({ what }) => `mqtt! ignored: ${truncate(what)}`],
  violation: ["warn", ({ why }) => `mqtt! the broker broke the protocol: ${truncate(withHex(why))}`],
  radio: ["info", ({ change: { kind: _, ...what } }) => `radio= ${JSON.stringify(what)}`],
  network: ["info", ({ state }) => `radio= ${state}`],
  reboot: ["info", ({ cause }) => `module= ${cause}`],
  booted: ["trace", () => "module= booted"],
  power: ["info", ({ on }) => `module= power ${on ? "on" : "off"}`],
  fault: ["info", ({ id, fault, did }) => `fault= ${id} ${shown(fromText(fault))}: ${did}`],
  setting: [
    "trace",
    ({ name, value, before, from }) =>
      `module= ${name} ${value}, was ${before}${from ? "; from the next reboot on" : ""}`,
  ],
  exposed: ["info", (event) => `mqtt! the ${event.secret} stands in the ${event.in}`],
  dropped: ["warn", ({ bytes }) => `uart! ${count(bytes)} of the host were dropped`],
};

/** Codes of MQTT 5, which some brokers send to clients of 3.1.1, are known by their hexadecimal digits. */
const withHex = (why: string): string =>
  why.replace(/code (\d{3})$/, (text, code: string) => `${text} (0x${Number(code).toString(16)})`);

/** The level of an event. */
export const levelOf = (kind: TraceEvent["kind"]): LineLevel => eventTexts[kind][0];

/** An event as text; `detail` asks for bytes, too. */
export const eventText = <K extends TraceEvent["kind"]>(
  event: Extract<TraceEvent, { readonly kind: K }>,
  detail: boolean,
): string => (eventTexts[event.kind] as EventTexts[K])[1](event, detail);

/** The tones of events that have always the same. */
const tones: Readonly<Partial<Record<TraceEvent["kind"], Tone>>> = {
  line: "command",
  payload: "command",
  cancelled: "command",
  dial: "link",
  up: "link",
  down: "trouble",
  hangUp: "link",
  call: "link",
  outcome: "link",
  ignored: "warning",
  violation: "trouble",
  radio: "module",
  network: "module",
  reboot: "module",
  power: "module",
  fault: "trouble",
  dropped: "warning",
};

/** How a terminal shows the line of an event. */
export function toneOf(event: TraceEvent): Tone {
  if (event.kind === "answer") return answerTone(event.line);
  if (event.kind === "urc") return urcTone(event.line);
  if (event.kind !== "packet") return tones[event.kind] ?? "quiet";
  const { packet } = event;
  if (packet.type === "CONNACK" && packet.returnCode !== 0) return "trouble";
  return "dup" in packet && packet.dup ? "again" : "packet";
}
