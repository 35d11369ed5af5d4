import { answerTone, type Tone, urcTone } from "../../colour.js";
import type { RecordedEvent } from "../recorded-event.js";
import { nameOf, packetSketch, sizeText, textOf } from "./packet-rows.js";
import type { Side, Sketch, Topic } from "./row.js";
import { carriedSketch, socketSketch } from "./socket-rows.js";
import { spanText } from "./time-text.js";

/** The row of an event, or the lanes that it changes; undefined: neither. */
type Sketched = Sketch | { readonly sets: NonNullable<Sketch["sets"]> } | undefined;

const fromHost = (text: string, key: string): Sketch => ({
  topics: ["lines"],
  side: "host",
  shape: { kind: "arrow", from: "host" },
  tone: "command",
  text,
  key: `host ${key}`,
  sets: { host: true },
});

const toHost = (topic: "answers" | "urcs", text: string, tone: Tone): Sketch => ({
  topics: [topic],
  side: "host",
  shape: { kind: "arrow", from: "module" },
  tone,
  text,
  key: `${topic} ${alike(text)}`,
});

const bar = (topic: Topic, side: Side, text: string, tone: Tone, sets?: Sketch["sets"]): Sketch => ({
  topics: [topic],
  side,
  shape: { kind: "bar" },
  tone,
  text,
  ...(sets && { sets }),
});

const remark = (topic: Topic, side: Side, text: string, tone: Tone = "quiet"): Sketch => ({
  topics: [topic],
  side,
  shape: { kind: "note", sign: "remark" },
  tone,
  text,
});

/** A step of TCP, or of a request of the module. */
const step = (from: "module" | "broker", text: string, sets?: Sketch["sets"], tone: Tone = "link"): Sketch => ({
  topics: ["links"],
  side: "broker",
  shape: { kind: "arrow", from, dotted: true },
  tone,
  text,
  ...(sets && { sets }),
});

/**
 * A text for the host without what differs from one time to the next: identifiers and payloads of MQTT, and, where it is no
 * result of MQTT and no error, all numbers.
 */
function alike(text: string): string {
  if (/^\+QMTRECV:/.test(text)) return text.replace(/^(\+QMTRECV: ?\d+),\d+,("[^"]*").*$/s, "$1 $2");
  if (/^\+QMT(?:PUB|SUB|UNS):/.test(text)) return text.replace(/^(\S+ ?\d+),\d+/, "$1,#");
  return /^\+QMT|ERROR/.test(text) ? text : text.replace(/\d+/g, "#");
}

/** Reasons for which a link was lost by an act of the broker, in TCP's words. */
const byBroker: Readonly<Record<string, string>> = { closed: "FIN", reset: "RST" };

const downTexts: Readonly<Record<string, string>> = {
  refused: "the connection is refused",
  unresolved: "the name is unknown",
  unreachable: "no route to the broker",
  timedOut: "TCP has timed out",
  networkGone: "TCP is gone with the network",
  pdpRefused: "the network gives no PDP context",
  failed: "TCP has failed",
};

function down({ reason }: RecordedEvent): Sketch {
  const name = textOf(reason);
  const byPeer = byBroker[name];
  if (byPeer !== undefined) return step("broker", byPeer, { broker: false }, "trouble");
  return bar("links", "broker", downTexts[name] ?? `TCP is gone: ${name}`, "trouble", { broker: false });
}

function hangUp({ how, why }: RecordedEvent): Sketch {
  const text = how === "reset" ? "RST" : "FIN";
  return step("module", typeof why === "string" ? `${text}: ${why}` : text, { broker: false });
}

function request({ request, host, port }: RecordedEvent): Sketch {
  const text = request === "resolve" ? `looks up ${textOf(host)}` : `HTTP POST to ${textOf(host)}:${textOf(port)}`;
  return step("module", text);
}

function outcome({ outcome, address, status, size, why }: RecordedEvent): Sketch {
  if (outcome === "posted") return step("broker", `HTTP ${textOf(status)}, ${sizeText(size)}`);
  if (outcome === "notPosted") return step("broker", `HTTP POST failed: ${textOf(why)}`, undefined, "trouble");
  if (outcome === "resolved" && typeof address === "string") return step("broker", `the address is ${address}`);
  return step("broker", outcome === "resolved" ? "the name is unknown" : "given up", undefined, "trouble");
}

function fault(event: RecordedEvent): Sketch {
  const { effect, fault, way, line } = event;
  if (effect !== "lost" && effect !== "delayed") return faultNote(event);
  const broken = { how: effect, why: textOf(fault) } as const;
  const isPacket = typeof event.packet === "string";
  if (!isPacket && typeof line !== "string") return faultNote(event);
  const from = isPacket && way === "received" ? "broker" : "module";
  return {
    topics: isPacket ? ["faults", "packets"] : ["faults", "urcs"],
    side: isPacket ? "broker" : "host",
    shape: { kind: "arrow", from, broken },
    tone: "trouble",
    text: isPacket ? nameOf(event) : textOf(line),
    key: `fault ${textOf(fault)} ${effect} ${textOf(event.packet)} ${from}`,
  };
}

const faultNote = ({ fault, did }: RecordedEvent): Sketch => ({
  topics: ["faults"],
  side: "across",
  shape: { kind: "note", sign: "fault" },
  tone: "trouble",
  text: `fault: ${textOf(fault)}${did === "done" ? "" : `: ${withSpan(textOf(did))}`}`,
});

/** `begins, for 40000 ms` as `begins, for 40 s`. */
const withSpan = (did: string): string => did.replace(/(\d+) ms/, (_, ms: string) => spanText(Number(ms)));

function finding({ rule, severity, text, advice }: RecordedEvent): Sketch {
  const tone = severity === "error" ? "trouble" : severity === "warning" ? "warning" : "module";
  const told = `${textOf(severity)} ${textOf(rule)}: ${textOf(text)}`;
  return {
    topics: ["findings"],
    side: "across",
    shape: { kind: "note", sign: "finding" },
    tone,
    text: typeof advice === "string" && advice !== "" ? `${told}. ${advice}` : told,
  };
}

function port(event: RecordedEvent): Sketch {
  const { port, change, why } = event;
  const place = textOf(port);
  if (change === "attach") return bar("hosts", "host", textOf(why) || `attached: ${place}`, "link", { host: true });
  if (change === "detach") return bar("hosts", "host", textOf(why) || `detached: ${place}`, "link", { host: false });
  if (change === "ended") return bar("hosts", "host", `the input has ended: ${place}`, "link", { host: false });
  if (change === "dropped")
    return remark("hosts", "host", `${sizeText(event.bytes)} to the host were lost: nobody reads ${place}`, "trouble");
  if (change === "speed") return remark("hosts", "host", `${place}: ${textOf(event.speed)} baud`);
  return remark("hosts", "host", `${place}: ${textOf(change)}${fieldsOf(event, ["port", "change"])}`);
}

/** The fields of an event that its kind does not tell, as text. */
function fieldsOf(event: RecordedEvent, told: readonly string[]): string {
  const all = ["seq", "t", "wall", "kind", "cause", ...told];
  const others = Object.entries(event).filter(([name]) => !all.includes(name));
  return others
    .map(([name, value]) => ` ${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(",");
}

function worldText({ sim, coverage, rssi, network }: RecordedEvent): string {
  const all = [
    ...(coverage === undefined ? [] : [`coverage ${coverage === true ? "on" : "off"}`]),
    ...(sim === undefined ? [] : [`SIM ${sim === true ? "in" : "out"}`]),
    ...(rssi === undefined ? [] : [`signal ${textOf(rssi)}`]),
    ...(network === undefined ? [] : [`network ${textOf(network)}`]),
  ];
  return all.join(", ");
}

const networkTexts: Readonly<Record<string, string>> = {
  attached: "network: attached",
  detached: "network: detached",
  asleep: "network: asleep (PSM)",
  awake: "network: awake",
};

/** A cause of a reboot without what all of them begin with. */
const causeText = (reason: unknown): string => textOf(reason).replace(/^REBOOT_CAUSE_/, "");

const gone = { module: false, broker: false } as const;

/** What the chart shows of an event, by its kind. */
const sketches: Readonly<Record<string, (event: RecordedEvent) => Sketched>> = {
  line: ({ line }) => fromHost(textOf(line), alike(textOf(line))),
  payload: ({ text, size }) => fromHost(`${sizeText(size)}: ${textOf(text)}`, "payload"),
  cancelled: () => fromHost("ESC: the payload is cancelled", "cancelled"),
  answer: ({ line }) => toHost("answers", textOf(line), answerTone(textOf(line))),
  urc: ({ line }) => toHost("urcs", textOf(line), urcTone(textOf(line))),
  packet: packetSketch,
  dial: ({ host, port }) => step("module", `dial ${textOf(host)}:${textOf(port)}`),
  up: () => bar("links", "broker", "TCP is up", "link", { broker: true }),
  down,
  hangUp,
  request,
  outcome,
  socket: socketSketch,
  datagram: carriedSketch,
  data: carriedSketch,
  fault,
  finding,
  port,
  violation: ({ why }) => remark("packets", "broker", `the broker breaks MQTT: ${textOf(why)}`, "trouble"),
  ignored: ({ what }) => remark("module", "across", `ignored: ${textOf(what)}`, "trouble"),
  dropped: ({ bytes }) => remark("module", "host", `${sizeText(bytes)} of the host were lost`, "trouble"),
  lost: ({ events }) =>
    remark("module", "across", `${textOf(events)} events are missing: the disk was too slow`, "trouble"),
  radio: (event) => bar("radio", "broker", `from outside: ${worldText(event)}`, "module"),
  network: ({ state }) => bar("radio", "broker", networkTexts[textOf(state)] ?? textOf(state), "module"),
  reboot: ({ reason }) => bar("module", "across", `reboot: ${causeText(reason)}`, "module", gone),
  booted: () => ({ sets: { module: true } }),
  power: ({ on }) => bar("module", "across", on === true ? "power on" : "power off", "module", gone),
  renewed: () => bar("module", "across", "a new run begins", "module", gone),
};

/** What the chart shows of an event; undefined: nothing, as for a kind that it does not know. */
export const sketchOf = (event: RecordedEvent): Sketched =>
  Object.hasOwn(sketches, event.kind) ? sketches[event.kind]?.(event) : undefined;
