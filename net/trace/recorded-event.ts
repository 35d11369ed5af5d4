import { fromBytes, type Octets, printable, toText } from "../../at/octets.js";
import type { NetworkRequest } from "../../emulator/request.js";
import type { ShownOutcome, TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
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

/** What an event tells, without its number and time. */
export type Told = { readonly kind: string; readonly [field: string]: unknown };

/** The longest payload that is told, in bytes; of a longer one only the size is. decided */
const maxPayload = 4096;

/** Octets as text: UTF-8 where they are, else with `<1F>` for what cannot be printed. */
export const textOf = (octets: Octets): string => toText(octets) ?? printable(octets);

function payloadFields(payload: Octets): object {
  const size = payload.length;
  if (size > maxPayload) return { size };
  const text = toText(payload);
  return text === undefined ? { size, base64: Buffer.from(payload, "latin1").toString("base64") } : { size, text };
}

type Packet = Extract<TraceEvent, { readonly kind: "packet" }>["packet"];

function packetFields(packet: Packet): object {
  const { type, ...fields } = packet;
  switch (packet.type) {
    case "PUBLISH": {
      const { id, qos, dup, retain, topic, payload } = packet;
      return { packet: type, msgId: id, qos, dup, retain, topic, ...payloadFields(fromBytes(payload)) };
    }
    case "CONNECT": {
      const { level, clientId, cleanSession, keepAlive, will, user, password } = packet;
      const willFields = will && { topic: will.topic, qos: will.qos, retain: will.retain };
      const hidden = password === undefined ? {} : { password: textOf(fromBytes(password)) };
      return { packet: type, level, clientId, cleanSession, keepAlive, will: willFields, user, ...hidden };
    }
    default: {
      const { id: msgId, ...others } = fields as { id?: number };
      return { packet: type, ...(msgId === undefined ? {} : { msgId }), ...others };
    }
  }
}

function requestFields({ kind: request, ...fields }: NetworkRequest): Told {
  return { kind: "request", request, ...fields };
}

function outcomeFields({ kind: outcome, ...fields }: ShownOutcome): Told {
  return { kind: "outcome", outcome, ...fields };
}

/** A trace event as it is recorded. */
export function toldOf(event: TraceEvent): Told {
  switch (event.kind) {
    case "line":
      return { kind: "line", line: textOf(event.line), terminator: printable(event.terminator) };
    case "payload":
      return { kind: "payload", size: event.size, text: textOf(event.payload) };
    case "answer":
    case "urc":
      return { kind: event.kind, line: textOf(event.line) };
    case "packet":
      return { kind: "packet", way: event.way === "sent" ? "sent" : "received", ...packetFields(event.packet) };
    case "radio": {
      const { kind: _, ...change } = event.change;
      return { kind: "radio", ...change };
    }
    case "reboot":
    case "booted":
      return { kind: event.kind, reason: event.cause };
    case "call":
      return requestFields(event.call);
    case "outcome":
      return outcomeFields(event.outcome);
    default:
      return { ...event };
  }
}

/** Bytes of the serial line as they are recorded; `shown` has a `*` for each byte of a secret. */
export const toldOfBytes = (way: "received" | "sent", shown: Octets): Told => ({
  kind: "bytes",
  way,
  ...payloadFields(shown),
});

/** How many bytes of text or payload an event carries. */
export function sizeOf(event: TraceEvent): number {
  if (event.kind === "payload") return event.size;
  if (event.kind === "answer" || event.kind === "urc") return event.line.length;
  return event.kind === "packet" && event.packet.type === "PUBLISH" ? event.packet.payload.length : 0;
}

/** What a front end reports, as it is recorded. */
export const toldOfPort = (port: string, { kind, ...change }: PortChange): Told => ({
  kind: "port",
  port,
  change: kind,
  ...change,
});
