import type { Config, Effect, LinkId, Phase, Report } from "./io.js";
import { type Ids, noIds } from "./message-ids.js";
import type { ClientPacket, Connect, MessageId, Millis, Publish, Subscribe, Unsubscribe } from "./packet.js";

/** The broker as the host named it. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** Whose session is kept over links: the three things that a CONNECT must have in common with the last one. */
export interface Identity {
  readonly peer: Peer | undefined;
  readonly clientId: string;
}

/** How far the packets of this link have come on their way out. */
export interface Outgoing {
  /** Packets sent on this link; the last one has this number. */
  readonly packets: number;
  /** The first so many have left for TCP. */
  readonly left: number;
  /** When the last one was sent. */
  readonly at: Millis;
  /** Since when something waits and nothing leaves. */
  readonly stuckSince: Millis | undefined;
}

/** A PINGREQ without its PINGRESP. */
export interface Ping {
  readonly packet: number;
  readonly deadline: Millis;
}

/** A QoS 0 publish that TCP has not taken yet. */
export interface Qos0Pending {
  /** The host's number for it; on the wire it has none. */
  readonly id: MessageId;
  readonly packet: number;
  readonly deadline: Millis;
}

/** What a request in flight has come to. */
export type Stage = "publish1" | "publish2" | "release" | "subscribe" | "unsubscribe";

/** A request that waits for an answer of the broker. */
export interface Flight {
  readonly id: MessageId;
  readonly stage: Stage;
  readonly asked: Publish | Subscribe | Unsubscribe;
  /** The number of its last transmission on this link. */
  readonly packet: number;
  /** How often its packet was due again in this stage. */
  readonly retries: number;
  /** `<retry_times>` and the timeout as they were at the last transmission. */
  readonly limit: number;
  readonly deadline: Millis;
  /** What the session had heard when it was first sent on this link. */
  readonly heard: number;
}

/** The MQTT client as plain data. */
export interface Session {
  readonly phase: Phase;
  /** The number of the last dial; a number is never used again. */
  readonly link: LinkId;
  /** Whom the link goes to, from the dial to its end. */
  readonly peer: Peer | undefined;
  /** The CONNECT of this link. */
  readonly connect: Connect | undefined;
  /** The end of waiting for TCP, for CONNACK, or for the server to close. */
  readonly deadline: Millis | undefined;
  readonly out: Outgoing;
  /** Packets that ever came; only whether it grew is of interest. */
  readonly heard: number;
  readonly pings: readonly Ping[];
  readonly qos0Pending: readonly Qos0Pending[];
  readonly flights: readonly Flight[];
  /** QoS 2 messages of the broker that are delivered and not yet released. */
  readonly inbound: Ids;
  readonly keptFor: Identity | undefined;
  /** One QMTCLOSE is still answered after a QMTDISC. */
  readonly mayClose: boolean;
}

/** What comes of an input: the session after it, and what is to be done. */
export interface Step {
  readonly session: Session;
  readonly effects: readonly Effect[];
}

/** What a handler of the phase table looks like, for one kind of input. */
export type Handle<I> = (session: Session, input: I, now: Millis, config: Config) => Step;

/** Nothing has been sent on a new link. */
export const nothingOut: Outgoing = { packets: 0, left: 0, at: 0, stuckSince: undefined };

/** A client that has never dialled; after a reboot it is given the last link's number, so that none comes twice. */
export function newSession(link: LinkId = 0): Session {
  return {
    phase: "idle",
    link,
    peer: undefined,
    connect: undefined,
    deadline: undefined,
    out: nothingOut,
    heard: 0,
    pings: [],
    qos0Pending: [],
    flights: [],
    inbound: noIds,
    keptFor: undefined,
    mayClose: false,
  };
}

/** A step that does something and leaves the session as given. */
export function doing(session: Session, ...effects: readonly Effect[]): Step {
  return { session, effects };
}

/** The effect that tells the host. */
export function tell(report: Report): Effect {
  return { kind: "report", report };
}

/** A step that changes nothing and says so to the log. */
export function ignore(session: Session, what: string): Step {
  return doing(session, { kind: "ignored", what });
}

/** Two steps in a row. */
export function chain(first: Step, next: (session: Session) => Step): Step {
  const second = next(first.session);
  return { session: second.session, effects: [...first.effects, ...second.effects] };
}

/** Sends a packet and counts it. */
export function transmit(session: Session, packet: ClientPacket, now: Millis): Step {
  const { packets, left, stuckSince } = session.out;
  const out = { packets: packets + 1, left, at: now, stuckSince: stuckSince ?? now };
  return doing({ ...session, out }, { kind: "send", packet });
}
