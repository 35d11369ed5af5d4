import { type Condition, type Form, type Found, formOf, type Given } from "./form.js";
import type { AwaitedEvent, BrokerWay } from "./sentence.js";
import { type Values, values } from "./values.js";

/** A form by its syntax, its meaning and an example. */
export const form = (syntax: string, means: string, example: string): Form =>
  formOf(syntax, means, example, (name) => Object.hasOwn(values, name));

/** Something that a sentence can wait for. */
export interface EventForm extends Form {
  /** The way of its packet. */
  readonly way?: BrokerWay;
  make(found: Values): AwaitedEvent;
}

function event<const S extends string>(
  syntax: S,
  means: string,
  example: string,
  make: (found: Found<S>) => AwaitedEvent,
  way?: BrokerWay,
): EventForm {
  return { ...form(syntax, means, example), make, ...(way && { way }) };
}

/** What stands behind `when` and `whenever`. */
export const events: readonly EventForm[] = [
  event("at MOMENT", "MOMENT have passed since power-up", "at 30s", ({ MOMENT }) => ({ kind: "at", at: MOMENT })),
  event("host sends COMMAND", "the host sends COMMAND, before the answer", "host sends AT+QMTPUB", ({ COMMAND }) => ({
    kind: "hostSends",
    line: COMMAND,
  })),
  event("module says PATTERN", "the module says PATTERN", "module says +QMTOPEN: 0,0", ({ PATTERN }) => ({
    kind: "moduleSays",
    line: PATTERN,
  })),
  event(
    "PACKET received",
    "PACKET comes from the broker",
    "PUBACK received",
    ({ PACKET }) => ({ kind: "packet", packet: PACKET, way: "received" }),
    "fromBroker",
  ),
  event(
    "PACKET sent",
    "PACKET goes to the broker",
    "PUBLISH sent",
    ({ PACKET }) => ({ kind: "packet", packet: PACKET, way: "sent" }),
    "toBroker",
  ),
  event("dialled", "the module dials a broker[, or a server for a TCP socket]", "dialled", () => ({ kind: "dialled" })),
  event("link up", "the TCP link is up[, or a TCP socket]", "link up", () => ({ kind: "linkUp" })),
  event("link down", "the TCP link has ended[, or a TCP socket]", "link down", () => ({ kind: "linkDown" })),
  event("connected", "CONNACK with code 0 has come", "connected", () => ({ kind: "connected" })),
  event("datagram sent", "a socket sends a datagram", "datagram sent", () => ({ kind: "datagramSent" })),
  event("datagram received", "a datagram comes for a socket", "datagram received", () => ({
    kind: "datagramReceived",
  })),
  event("attached", "the module is attached to the network", "attached", () => ({ kind: "attached" })),
  event("detached", "the module is detached from the network", "detached", () => ({ kind: "detached" })),
  event("booted", "the module has said its banner", "booted", () => ({ kind: "booted" })),
  event("asleep", "Power Saving Mode begins", "asleep", () => ({ kind: "asleep" })),
];

/** One way to write a condition. */
export interface ConditionForm extends Form {
  readonly name: Condition;
  /** The way to the broker or from it. */
  readonly way?: BrokerWay;
  make(found: Values): Partial<Given>;
}

function condition<const S extends string>(
  name: Condition,
  syntax: S,
  means: string,
  example: string,
  make: (found: Found<S>) => Partial<Given>,
  way?: BrokerWay,
): ConditionForm {
  return { ...form(syntax, means, example), name, make, ...(way && { way }) };
}

/** What can stand behind a sentence, in any order, each at most once. */
export const conditions: readonly ConditionForm[] = [
  condition(
    "broker",
    "from broker",
    "what the broker sends",
    "from broker",
    () => ({ broker: "fromBroker" }),
    "fromBroker",
  ),
  condition(
    "broker",
    "to broker",
    "what the module sends to the broker",
    "to broker",
    () => ({ broker: "toBroker" }),
    "toBroker",
  ),
  condition("host", "from host", "what the host sends", "from host", () => ({ host: "fromHost" })),
  condition("host", "to host", "what the module says to the host", "to host", () => ({ host: "toHost" })),
  condition("topic", "topic FILTER", "only PUBLISH with a topic that fits FILTER", "topic sensors/#", ({ FILTER }) => ({
    topic: FILTER,
  })),
  condition("after", "after N", "the first N pass", "after 3", ({ N }) => ({ after: N })),
  condition("chance", "with chance P%", "each with a chance of P%", "with chance 50%", ({ "P%": chance }) => ({
    chance,
  })),
  condition("for", "for SPAN", "this lasts SPAN", "for 10s", ({ SPAN }) => ({ for: SPAN })),
];
