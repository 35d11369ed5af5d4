import * as v from "valibot";
import { rebootCauses } from "../../emulator/reboot.js";
import { downReasons } from "../../mqtt/io.js";
import { severities } from "../referee/finding.js";
import { ruleTable } from "../referee/rules.js";

const about = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text));
const text = v.string();
const flag = v.boolean();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const octets = about(text, "Octets as text: UTF-8 where they are, else <1F> for each that cannot be printed.");
const msgId = v.optional(about(count, "The packet identifier; 0 in a PUBLISH of QoS 0."));
const qos = v.picklist([0, 1, 2]);

const base = {
  seq: about(v.pipe(v.number(), v.integer(), v.minValue(1)), "The number of the event in its run."),
  t: about(v.number(), "The module's clock, in ms."),
  wall: about(v.pipe(text, v.isoTimestamp()), "Calendar time of the machine, ISO 8601."),
  cause: v.optional(about(v.pipe(v.number(), v.integer(), v.minValue(1)), "The number of the event that it comes of.")),
};

/** An event of one kind. */
const event = <K extends string, E extends v.ObjectEntries>(kind: K, what: string, entries: E) =>
  about(v.strictObject({ ...base, kind: v.literal(kind), ...entries }), what);

/** An MQTT packet of one type. */
const packet = <T extends string, E extends v.ObjectEntries>(type: T, entries: E) =>
  about(
    v.strictObject({
      ...base,
      kind: v.literal("packet"),
      way: about(v.picklist(["sent", "received"]), "As the module sees it."),
      packet: v.literal(type),
      ...entries,
    }),
    `${type}, sent or received.`,
  );

const will = v.strictObject({ topic: text, qos, retain: flag });
const link = about(count, "The number of the dial.");
const reason = v.picklist(rebootCauses);

const payload = {
  size: about(count, "The number of bytes; many have neither text nor base64."),
  text: v.optional(text),
  base64: v.optional(v.pipe(text, v.base64())),
};

const packets = [
  packet("CONNECT", {
    level: v.picklist([3, 4]),
    clientId: text,
    cleanSession: flag,
    keepAlive: about(count, "In seconds; 0 is never."),
    will: v.optional(will),
    user: v.optional(text),
    password: v.optional(about(text, "*** unless the first line says that secrets are shown.")),
  }),
  packet("CONNACK", { sessionPresent: flag, returnCode: count }),
  packet("PUBLISH", {
    msgId,
    qos,
    dup: flag,
    retain: flag,
    topic: text,
    ...payload,
  }),
  ...(["PUBACK", "PUBREC", "PUBCOMP", "UNSUBACK"] as const).map((type) => packet(type, { msgId })),
  packet("PUBREL", { msgId, dup: v.optional(flag) }),
  packet("SUBSCRIBE", { msgId, dup: v.optional(flag), topics: v.array(v.strictObject({ topic: text, qos })) }),
  packet("SUBACK", { msgId, granted: v.array(count) }),
  packet("UNSUBSCRIBE", { msgId, dup: v.optional(flag), topics: v.array(text) }),
  ...(["PINGREQ", "PINGRESP", "DISCONNECT"] as const).map((type) => packet(type, {})),
];

const requests = [
  event("request", "A DNS look-up starts.", { request: v.literal("resolve"), host: text }),
  event("request", "An HTTP POST starts.", {
    request: v.literal("post"),
    host: text,
    port: count,
    path: text,
    body: text,
  }),
  event("outcome", "A DNS look-up ends.", { outcome: v.literal("resolved"), address: v.optional(text) }),
  event("outcome", "An HTTP POST ends.", { outcome: v.literal("posted"), status: count, size: count }),
  event("outcome", "An HTTP POST fails.", {
    outcome: v.literal("notPosted"),
    why: v.picklist(["unresolved", "noSocket", "sendFailed", "notHttp"]),
  }),
  event("outcome", "The module gives a request up.", { outcome: v.literal("givenUp") }),
];

const host = [
  event("bytes", "Bytes of the serial line; each byte of a secret is a *.", {
    way: about(v.picklist(["sent", "received"]), "As the module sees it."),
    ...payload,
  }),
  event("line", "A command line of the host.", {
    line: octets,
    terminator: octets,
    begun: v.optional(about(v.number(), "How many ms before its end it began; left out: 0.")),
    early: v.optional(about(v.literal(true), "It began before the final result of the line before it.")),
  }),
  event("payload", "A payload of the host.", {
    size: count,
    text: octets,
    early: v.optional(about(count, "How many of its bytes came before the prompt; left out: none.")),
    lost: v.optional(about(count, "How many bytes were over the limit, and are not part of it; left out: none.")),
    end: v.optional(about(v.picklist(["length", "full"]), "It had its length, or was full; left out: Ctrl+Z.")),
  }),
  event("cancelled", "The host has cancelled a payload.", {}),
  event("answer", "An information line, a final result or the prompt.", { line: octets }),
  event("urc", "An unsolicited line.", { line: octets }),
  event("ignored", "Input without an effect, or that is not allowed.", { what: text }),
  event("dropped", "Input of the host that was lost.", {
    bytes: count,
    why: v.picklist(["off", "boot", "busy", "fault"]),
  }),
  event("setting", "The host has changed a setting.", {
    name: about(text, "E, V, CMEE, a setting of AT+QMTCFG, QREGSWT, or a function of AT+NCONFIG."),
    value: text,
    before: text,
    from: v.optional(about(v.literal("reboot"), "It takes effect at the next reboot; left out: at once.")),
  }),
  event("exposed", "A secret stands in a topic or a payload that goes to the broker.", {
    secret: v.picklist(["password", "device secret"]),
    in: v.picklist(["topic", "payload"]),
  }),
  event("finding", "The first finding of a rule: the host did what fails or is risky on real hardware.", {
    rule: about(v.picklist(Object.keys(ruleTable)), "bc28-emu rules prints them."),
    severity: v.picklist(severities),
    at: about(v.pipe(v.number(), v.integer(), v.minValue(1)), "The number of the event that it is about."),
    text: about(text, "What happened."),
    advice: about(text, "What to do instead."),
  }),
  about(
    v.looseObject({ ...base, kind: v.literal("port"), port: text, change: text }),
    "A front end: a host attaches or detaches, the speed or the modem lines change.",
  ),
];

const links = [
  event("dial", "The module dials.", { link, host: text, port: count }),
  event("up", "A link is up.", { link }),
  event("down", "A link was lost, or not established.", { link, reason: v.picklist(downReasons) }),
  event("hangUp", "The module ends a link, by FIN or RST.", {
    link,
    how: v.picklist(["end", "reset"]),
    why: v.optional(text),
  }),
  event("phase", "The MQTT session changes its phase.", {
    phase: v.picklist(["idle", "opening", "open", "connecting", "connected", "disconnecting"]),
  }),
  event("violation", "The broker breaks MQTT.", { why: text }),
];

const socket = about(v.pipe(count, v.maxValue(6)), "The number of the socket, 0 to 6.");
const change = <S extends string, E extends v.ObjectEntries>(state: S, what: string, entries: E) =>
  event("socket", what, { socket, state: v.literal(state), ...entries });
const way = about(v.picklist(["sent", "received"]), "As the module sees it.");

const sockets = [
  change("created", "The host creates a socket.", { protocol: v.picklist(["UDP", "TCP"]), port: count }),
  change("dialled", "A TCP socket dials.", { address: text, port: count }),
  change("up", "A TCP socket is connected.", {}),
  change("down", "A TCP socket was lost, or not connected.", { reason: v.picklist(downReasons) }),
  change("closed", "The host closes a socket.", {}),
  change("full", "A datagram was dropped, because the host has not read those before it.", { bytes: count }),
  change("unreachable", "A datagram was lost, because the module has no network.", { bytes: count }),
  change("early", "Data of the host were dropped, because the socket is not connected yet.", { bytes: count }),
  event("datagram", "A datagram of a UDP socket.", { socket, way, address: text, port: count, ...payload }),
  event("data", "Bytes of a TCP socket.", { socket, way, ...payload }),
];

const module = [
  event("radio", "A change of the radio from outside.", {
    sim: v.optional(flag),
    coverage: v.optional(flag),
    rssi: v.optional(v.number()),
    network: v.optional(text),
  }),
  event("network", "The radio.", { state: v.picklist(["attached", "detached", "asleep", "awake"]) }),
  event("reboot", "A reboot begins.", { reason }),
  event("booted", "The boot has ended with the banner.", { reason }),
  event("power", "The supply.", { on: flag }),
  event("fault", "A fault has acted.", {
    id: count,
    fault: text,
    did: text,
    effect: v.optional(
      about(
        v.picklist(["lost", "delayed", "doubled", "corrupted", "answered"]),
        "What became of one packet, or of one line for the host.",
      ),
    ),
    packet: v.optional(about(text, "The type of the packet.")),
    way: v.optional(about(v.picklist(["sent", "received"]), "The way of the packet, as the module sees it.")),
    msgId: v.optional(about(count, "The identifier of the packet, if it has one.")),
    line: v.optional(about(text, "The URC, or the prompt.")),
  }),
  event("renewed", "A new run begins.", {}),
  event("lost", "Events that were not written, because the disk was too slow.", { events: count }),
];

const events = [...host, ...packets, ...links, ...sockets, ...module, ...requests];

/** An event as it stands in a trace: a line of JSON. */
export const traceEvent = v.variant("kind", events);

/** The kinds of events, and the types of packets. */
export const eventKinds: readonly string[] = [...new Set(events.map(({ entries }) => entries.kind.literal))].sort();
export const packetTypes: readonly string[] = packets.map(({ entries }) => entries.packet.literal);

/** The first line of a trace. */
export const traceHeader = v.looseObject({
  format: v.literal("bc28-emu trace"),
  version: v.literal(1),
  program: about(text, "The version of bc28-emu."),
  started: about(v.pipe(text, v.isoTimestamp()), "Calendar time of the machine, ISO 8601."),
  profile: text,
  quirks: v.record(text, v.unknown()),
  timing: text,
  seed: count,
  timeScale: v.number(),
  faults: v.array(text),
  scenarios: v.array(text),
  module: v.optional(
    about(v.looseObject({}), "What was recorded by tap, as a profile; left out: the profile of this line."),
  ),
  secrets: v.optional(about(v.literal(true), "Secrets are shown as they are; else they are masked.")),
});
