import type { RecordedEvent } from "../../trace/recorded-event.js";
import { packetFaultOf } from "./packet-fault.js";
import { packetText } from "./packet-text.js";
import { visibleText } from "./visible-text.js";

/** The three lanes of the time-line. */
export type Lane = "host" | "module" | "broker";

/** What an event looks like: its colour, and the sign in front of it. */
export type Tone =
  | "host"
  | "answer"
  | "urc"
  | "packet"
  | "link"
  | "radio"
  | "reset"
  | "fault"
  | "bad"
  | "quiet"
  | "finding";

/** How an event is drawn. */
export type Drawing = { readonly tone: Tone; readonly label: string } & (
  | { readonly shape: "arrow"; readonly from: Lane; readonly to: Lane; readonly isLost?: boolean }
  | { readonly shape: "mark"; readonly at: Lane }
  | { readonly shape: "bar" }
);

/** The longest label, in characters; what is longer is seen in the details. */
const maxLabel = 300;

const text = (value: unknown): string => visibleText(String(value ?? ""), maxLabel);
const toModule = { shape: "arrow", from: "host", to: "module" } as const;
const toHost = { shape: "arrow", from: "module", to: "host" } as const;
const toBroker = { shape: "arrow", from: "module", to: "broker" } as const;
const fromBroker = { shape: "arrow", from: "broker", to: "module" } as const;
const mark = (at: Lane) => ({ shape: "mark", at }) as const;
const bar = { shape: "bar" } as const;

const wayOf = ({ way }: RecordedEvent) => (way === "sent" ? toBroker : fromBroker);

const isError = (line: unknown): boolean => /^(?:ERROR|\+CM[ES] ERROR)/.test(String(line));
const count = (bytes: unknown): string => `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
const shownReason = (reason: unknown): string =>
  text(reason)
    .replace(/^REBOOT_CAUSE_/, "")
    .replaceAll("_", " ")
    .toLowerCase();

/** How each kind of event is drawn. */
const drawings: Readonly<Record<string, (event: RecordedEvent) => Drawing>> = {
  line: ({ line }) => ({ ...toModule, tone: "host", label: text(line) }),
  payload: (event) => ({ ...toModule, tone: "host", label: `${text(event.text)} (${count(event.size)})` }),
  cancelled: () => ({ ...toModule, tone: "host", label: "payload cancelled" }),
  answer: ({ line }) => ({ ...toHost, tone: isError(line) ? "bad" : "answer", label: text(line) }),
  urc: ({ line }) => ({ ...toHost, tone: "urc", label: text(line) }),
  bytes: (event) => ({
    ...(event.way === "received" ? toModule : toHost),
    tone: "quiet",
    label: typeof event.text === "string" ? text(event.text) : count(event.size),
  }),
  packet: (event) => ({ ...wayOf(event), tone: "packet", label: packetText(event) }),
  dial: ({ host, port }) => ({ ...toBroker, tone: "link", label: `dial ${text(host)}:${port}` }),
  up: ({ link }) => ({ ...fromBroker, tone: "link", label: `link ${link} is up` }),
  down: ({ link, reason }) => ({ ...fromBroker, tone: "bad", label: `link ${link} is down: ${text(reason)}` }),
  hangUp: ({ how, why }) => ({
    ...toBroker,
    tone: "link",
    label: `${how === "reset" ? "RST" : "FIN"}${why === undefined ? "" : `: ${text(why)}`}`,
  }),
  request: ({ request, host, path }) => ({
    ...toBroker,
    tone: "link",
    label: request === "resolve" ? `look up ${text(host)}` : `POST ${text(host)}${text(path)}`,
  }),
  outcome: (event) => ({ ...fromBroker, tone: "link", label: outcomeText(event) }),
  socket: socketDrawing,
  datagram: (event) => ({ ...wayOf(event), tone: "packet", label: `UDP ${event.socket} ${carried(event)}` }),
  data: (event) => ({ ...wayOf(event), tone: "packet", label: `TCP ${event.socket} ${carried(event)}` }),
  phase: ({ phase }) => ({ ...mark("module"), tone: "quiet", label: `MQTT ${text(phase)}` }),
  violation: ({ why }) => ({ ...mark("broker"), tone: "bad", label: `breaks MQTT: ${text(why)}` }),
  ignored: ({ what }) => ({ ...mark("module"), tone: "quiet", label: `ignored: ${text(what)}` }),
  dropped: ({ bytes }) => ({ ...toModule, tone: "bad", label: `${count(bytes)} lost`, isLost: true }),
  radio: (event) => ({ ...mark("module"), tone: "radio", label: radioText(event) }),
  network: ({ state }) => ({ ...mark("module"), tone: "radio", label: text(state) }),
  reboot: ({ reason }) => ({ ...bar, tone: "reset", label: `reset: ${shownReason(reason)}` }),
  booted: ({ reason }) => ({ ...bar, tone: "reset", label: `booted: ${shownReason(reason)}` }),
  power: ({ on }) => ({ ...bar, tone: "reset", label: on ? "power on" : "power off" }),
  renewed: () => ({ ...bar, tone: "reset", label: "a new module" }),
  fault: faultDrawing,
  finding: (event) => ({
    ...bar,
    tone: "finding",
    label: `${text(event.severity)} ${text(event.rule)}: ${text(event.text)}`,
  }),
  setting: ({ name, value, before, from }) => ({
    ...mark("module"),
    tone: "quiet",
    label: `${text(name)} ${text(before)} → ${text(value)}${from === "reboot" ? " at the next reboot" : ""}`,
  }),
  exposed: ({ secret, in: place }) => ({
    ...mark("broker"),
    tone: "bad",
    label: `a ${text(secret)} in a ${text(place)}`,
  }),
  port: (event) => ({ ...mark("host"), tone: "quiet", label: portText(event) }),
  lost: ({ events }) => ({ ...bar, tone: "bad", label: `${events} events were not written` }),
};

/** How an event is drawn. One of a kind that is not known is a mark with its kind. */
export function drawingOf(event: RecordedEvent): Drawing {
  const draw = Object.hasOwn(drawings, event.kind) ? drawings[event.kind] : undefined;
  return draw?.(event) ?? { ...mark("module"), tone: "quiet", label: text(event.kind) };
}

/** A packet of the broker that a fault has lost breaks off, one that is held stays there for a while; other faults are bars. */
function faultDrawing(event: RecordedEvent): Drawing {
  const did = text(event.did);
  const fault = packetFaultOf(event);
  if (fault?.way === "received" && fault.isLost) return { ...fromBroker, tone: "fault", label: did, isLost: true };
  if (fault?.way === "received" && fault.isLate) return { ...mark("broker"), tone: "fault", label: did };
  return { ...bar, tone: "fault", label: `${text(event.fault)}: ${did}` };
}

const carried = ({ size, text: payload }: RecordedEvent): string =>
  typeof payload === "string" ? `${text(payload)} (${count(size)})` : count(size);

/** What a socket of the module does: it acts towards the network, the network towards it, or both know nothing of it. */
function socketDrawing({ state, socket, protocol, port, address, reason, bytes }: RecordedEvent): Drawing {
  const name = `socket ${socket}`;
  switch (state) {
    case "dialled":
      return { ...toBroker, tone: "link", label: `${name} dials ${text(address)}:${port}` };
    case "up":
      return { ...fromBroker, tone: "link", label: `${name} is connected` };
    case "down":
      return { ...fromBroker, tone: "bad", label: `${name} is down: ${text(reason)}` };
    case "full":
      return { ...fromBroker, tone: "bad", label: `${name} is full: ${count(bytes)} lost`, isLost: true };
    case "unreachable":
      return { ...fromBroker, tone: "bad", label: `${name} has no network: ${count(bytes)} lost`, isLost: true };
    case "early":
      return { ...toBroker, tone: "bad", label: `${name} is not connected yet: ${count(bytes)} lost`, isLost: true };
    case "created":
      return { ...mark("module"), tone: "link", label: `${name}, ${text(protocol)}, port ${port}` };
    default:
      return { ...mark("module"), tone: "link", label: `${name} ${text(state)}` };
  }
}

function outcomeText({ outcome, address, status, size, why }: RecordedEvent): string {
  if (outcome === "resolved") return address === undefined ? "no such name" : `it is ${text(address)}`;
  if (outcome === "posted") return `HTTP ${status}, ${count(size)}`;
  return outcome === "notPosted" ? `not posted: ${text(why)}` : "given up";
}

function radioText({ sim, coverage, rssi, network }: RecordedEvent): string {
  const parts = [
    ...(coverage === undefined ? [] : [`coverage ${coverage ? "on" : "off"}`]),
    ...(sim === undefined ? [] : [`SIM ${sim ? "in" : "out"}`]),
    ...(rssi === undefined ? [] : [`RSSI ${rssi}`]),
    ...(network === undefined ? [] : [`network ${text(network)}`]),
  ];
  return parts.join(", ");
}

const changes: Readonly<Record<string, (event: RecordedEvent) => string>> = {
  attach: () => "a host attaches",
  detach: () => "the host leaves",
  dropped: ({ bytes }) => `no host reads ${count(bytes)}`,
  speed: ({ speed }) => `${speed} bit/s`,
  lines: ({ lines }) => text(JSON.stringify(lines).replace(/[{}"]/g, "")),
};

function portText(event: RecordedEvent): string {
  const { port, change, why } = event;
  const what = Object.hasOwn(changes, String(change)) ? changes[String(change)]?.(event) : text(change);
  return `${what} · ${text(port)}${why === undefined ? "" : `: ${text(why)}`}`;
}
