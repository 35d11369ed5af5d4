import { fromBytes, type Octets, printable, toText } from "../../at/octets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
import type { Finding } from "../referee/finding.js";
import type { PortChange } from "../serial.js";

/** An event as programs read it: JSON, one object. Secrets are masked. */
export interface RecordedEvent {
  /** The number of the event in its run, from 1 on. */
  readonly seq: number;
  /** The module's clock, in ms. */
  readonly t: Millis;
  /** Calendar time of this machine, ISO 8601. */
  readonly wall: string;
  /** The number of the event that it comes of; left out where there is none, or none is known. */
  readonly cause?: number;
  /** What kind of event it is: `line`, `urc`, `packet`, `fault`, … */
  readonly kind: string;
  /** What the kind tells. */
  readonly [field: string]: unknown;
}

/** What happens: an event of the module, bytes of the serial line, a change of a front end, a finding, or a new run. */
export type RunEvent =
  | TraceEvent
  /** The octets have a `*` for each byte of a secret. */
  | { readonly kind: "bytes"; readonly way: Way; readonly octets: Octets }
  | { readonly kind: "port"; readonly port: string; readonly change: PortChange }
  /** The first finding of a rule. */
  | ({ readonly kind: "finding" } & Pick<Finding, "rule" | "severity" | "at" | "text" | "advice">)
  | { readonly kind: "renewed" };

/** The direction of bytes on the serial line, as the module sees it. */
export type Way = "received" | "sent";

/** The fields of a record while it is made. They are set one by one, because that costs a tenth of copying objects. */
export type Fields = { [field: string]: unknown };

/** The longest payload that is told, in bytes; of a longer one only the size is. decided */
const maxPayload = 4096;

/** Octets as text: UTF-8 where they are, else with `<1F>` for what cannot be printed. */
export const textOf = (octets: Octets): string => toText(octets) ?? printable(octets);

/** How many bytes of text or payload an event carries. */
export function sizeOf(event: RunEvent): number {
  if (event.kind === "payload") return event.size;
  if (event.kind === "answer" || event.kind === "urc") return event.line.length;
  if (event.kind === "bytes") return event.octets.length;
  if (event.kind === "datagram" || event.kind === "data") return event.payload.length;
  if (event.kind === "finding") return event.text.length + event.advice.length;
  return event.kind === "packet" && event.packet.type === "PUBLISH" ? event.packet.payload.length : 0;
}

/** Adds to a record what an event tells, its kind first. */
export function tell(event: RunEvent, into: Fields): void {
  into.kind = event.kind;
  switch (event.kind) {
    case "line":
      into.line = textOf(event.line);
      into.terminator = printable(event.terminator);
      if (event.begun !== undefined) into.begun = event.begun;
      if (event.early) into.early = true;
      break;
    case "payload":
      into.size = event.size;
      into.text = textOf(event.payload);
      if (event.early !== undefined) into.early = event.early;
      if (event.lost !== undefined) into.lost = event.lost;
      if (event.end !== undefined) into.end = event.end;
      break;
    case "answer":
    case "urc":
      into.line = textOf(event.line);
      break;
    case "bytes":
      into.way = event.way;
      tellPayload(event.octets, into);
      break;
    case "packet":
      into.way = event.way;
      tellPacket(event.packet, into);
      break;
    case "radio":
      copy(event.change, into);
      break;
    case "reboot":
    case "booted":
      into.reason = event.cause;
      break;
    case "datagram":
    case "data": {
      const { payload, ...fields } = event;
      copy(fields, into);
      tellPayload(fromBytes(payload), into);
      break;
    }
    case "call":
      into.kind = "request";
      into.request = event.call.kind;
      copy(event.call, into);
      break;
    case "outcome":
      into.outcome = event.outcome.kind;
      copy(event.outcome, into);
      break;
    case "port":
      into.port = event.port;
      into.change = event.change.kind;
      copy(event.change, into);
      break;
    case "fault":
      copy(event, into);
      if (event.line !== undefined) into.line = textOf(event.line);
      break;
    default:
      copy(event, into);
  }
}

/** Adds all fields but the kind. */
function copy(fields: object, into: Fields): void {
  for (const [name, value] of Object.entries(fields)) if (name !== "kind") into[name] = value;
}

function tellPayload(payload: Octets, into: Fields): void {
  into.size = payload.length;
  if (payload.length > maxPayload) return;
  const text = toText(payload);
  if (text === undefined) into.base64 = Buffer.from(payload, "latin1").toString("base64");
  else into.text = text;
}

type Packet = Extract<TraceEvent, { readonly kind: "packet" }>["packet"];

function tellPacket(packet: Packet, into: Fields): void {
  into.packet = packet.type;
  if ("id" in packet) into.msgId = packet.id;
  switch (packet.type) {
    case "PUBLISH":
      into.qos = packet.qos;
      into.dup = packet.dup;
      into.retain = packet.retain;
      into.topic = packet.topic;
      tellPayload(fromBytes(packet.payload), into);
      break;
    case "CONNECT": {
      const { will, password } = packet;
      into.level = packet.level;
      into.clientId = packet.clientId;
      into.cleanSession = packet.cleanSession;
      into.keepAlive = packet.keepAlive;
      if (will !== undefined) into.will = { topic: will.topic, qos: will.qos, retain: will.retain };
      if (packet.user !== undefined) into.user = packet.user;
      if (password !== undefined) into.password = textOf(fromBytes(password));
      break;
    }
    default:
      for (const [name, value] of Object.entries(packet)) if (name !== "type" && name !== "id") into[name] = value;
  }
}
