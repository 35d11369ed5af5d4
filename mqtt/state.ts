import type { Config, Effect, LinkId, Phase, Report } from "./io.js";
import { type MessageIds, noIds } from "./message-ids.js";
import type { ClientPacket, Connect, MessageId, Millis, Publish, Subscribe, Unsubscribe } from "./packet.js";

/** The broker, as the host named it. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** What two CONNECTs must have in common so that the second one continues the session of the first. */
export interface SessionKey {
  readonly peer: Peer | undefined;
  readonly clientId: string;
}

/** How many packets of the current link were sent, and how many of them TCP has taken. */
export interface Outgoing {
  /** Number of packets sent; the last one has this number. */
  readonly packets: number;
  /** TCP has taken the packets up to this number. */
  readonly taken: number;
  /** When the last packet was sent. */
  readonly lastAt: Millis;
  /** Since when packets wait for TCP and it takes none; undefined while none waits. */
  readonly stuckSince: Millis | undefined;
}

/** A PINGREQ that waits for its PINGRESP. */
export interface Ping {
  /** The number of the packet on this link. */
  readonly packet: number;
  readonly deadline: Millis;
}

/** A QoS 0 PUBLISH that TCP has not taken yet. */
export interface Qos0Pending {
  /** The host's number for it; on the wire it has none. */
  readonly id: MessageId;
  /** The number of the packet on this link. */
  readonly packet: number;
  readonly deadline: Millis;
}

/** What was sent of a request in flight, and so which answer it waits for. */
export type Stage = "publish1" | "publish2" | "release" | "subscribe" | "unsubscribe";

/** A request that waits for an answer of the broker. */
export interface Flight {
  readonly id: MessageId;
  readonly stage: Stage;
  readonly request: Publish | Subscribe | Unsubscribe;
  /** The number of its last transmission among the packets of this link. */
  readonly packet: number;
  /** How often its packet was due again in this stage. */
  readonly retries: number;
  /** `<retry_times>` at the last transmission. */
  readonly limit: number;
  /** When the packet is due again: `<pkt_timeout>` after the last transmission. */
  readonly deadline: Millis;
  /** `received` of the session when it was first sent on this link. */
  readonly receivedBefore: number;
}

/** The MQTT client, as plain data. */
export interface Session {
  readonly phase: Phase;
  /** The number of the last link; no number is used twice. */
  readonly link: LinkId;
  /** The broker of the link, from the dial to the end of the link. */
  readonly peer: Peer | undefined;
  /** The CONNECT of this link. */
  readonly connect: Connect | undefined;
  /** When the wait for TCP, for CONNACK, or for the server to close ends. */
  readonly deadline: Millis | undefined;
  readonly out: Outgoing;
  /** Number of packets received while a request was in flight. */
  readonly received: number;
  readonly pings: readonly Ping[];
  readonly qos0Pending: readonly Qos0Pending[];
  /** The requests in flight, in the order in which their packets were first sent. */
  readonly flights: readonly Flight[];
  /** Ids of QoS 2 messages of the broker that were delivered and are not released yet. */
  readonly inbound: MessageIds;
  /** The session that is kept when the link ends; undefined after a CONNECT with a clean session. */
  readonly keptFor: SessionKey | undefined;
  /** After a QMTDISC one QMTCLOSE is still answered. */
  readonly mayClose: boolean;
}

/** What comes of an input: the session after it, and what is to be done, in this order. */
export interface Step {
  readonly session: Session;
  readonly effects: readonly Effect[];
}

/** A handler of the phase table, for one kind of input. */
export type Handler<I> = (session: Session, input: I, now: Millis, config: Config) => Step;

/** A new link: nothing was sent on it. */
export const nothingSent: Outgoing = { packets: 0, taken: 0, lastAt: 0, stuckSince: undefined };

/** A client that has never dialled. After a reboot it gets the number of the last link, so that no number is used twice. */
export function newSession(link: LinkId = 0): Session {
  return {
    phase: "idle",
    link,
    peer: undefined,
    connect: undefined,
    deadline: undefined,
    out: nothingSent,
    received: 0,
    pings: [],
    qos0Pending: [],
    flights: [],
    inbound: noIds,
    keptFor: undefined,
    mayClose: false,
  };
}

/** A session with some fields changed. The fields are listed because a spread of so many takes ten times as long in V8 11. */
export function change(session: Session, changes: Partial<Session>): Session {
  const {
    phase,
    link,
    peer,
    connect,
    deadline,
    out,
    received,
    pings,
    qos0Pending,
    flights,
    inbound,
    keptFor,
    mayClose,
  } = session;
  const copy = {
    phase,
    link,
    peer,
    connect,
    deadline,
    out,
    received,
    pings,
    qos0Pending,
    flights,
    inbound,
    keptFor,
    mayClose,
  };
  return Object.assign(copy, changes);
}

/** The step that ends at a session and has effects. */
export function stepTo(session: Session, ...effects: readonly Effect[]): Step {
  return { session, effects };
}

/** The effect that tells something to the host. */
export function tell(report: Report): Effect {
  return { kind: "report", report };
}

/** A step that changes nothing and is logged. */
export function ignore(session: Session, what: string): Step {
  return stepTo(session, { kind: "ignored", what });
}

/** Two steps, one after the other. */
export function chain(first: Step, next: (session: Session) => Step): Step {
  const second = next(first.session);
  return { session: second.session, effects: [...first.effects, ...second.effects] };
}

/** The effect that sends a packet; the session must count it. */
export function send(packet: ClientPacket): Effect {
  return { kind: "send", packet };
}

/** The count after one more packet. */
export function afterPacket({ packets, taken, stuckSince }: Outgoing, now: Millis): Outgoing {
  return { packets: packets + 1, taken, lastAt: now, stuckSince: stuckSince ?? now };
}

/** Sends a packet and counts it. */
export function transmit(session: Session, packet: ClientPacket, now: Millis): Step {
  return stepTo(change(session, { out: afterPacket(session.out, now) }), send(packet));
}
