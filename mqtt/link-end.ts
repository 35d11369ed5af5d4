import type { Config, DownReason, Effect, LinkInput, Report } from "./io.js";
import type { Millis } from "./packet.js";
import { chain, doing, type Flight, type Session, type Step, tell, transmit } from "./state.js";

type Stat = Extract<Report, { kind: "stat" }>["code"];

/** What the host is told when an opened link goes by itself. note 5.1 */
const downStats: { readonly [R in DownReason]: Stat } = {
  closed: 1,
  reset: 1,
  refused: 1,
  unresolved: 1,
  failed: 1,
  networkGone: 7,
  unreachable: 7,
  timedOut: 7,
};

/** The session without its link: pending requests get no line, and whether the rest is kept the next CONNECT says. decided */
export function ended(session: Session): Session {
  return {
    ...session,
    phase: "idle",
    peer: undefined,
    connect: undefined,
    deadline: undefined,
    pings: [],
    qos0Pending: [],
    flights: session.flights.filter(isKept),
  };
}

/** SUBSCRIBE and UNSUBSCRIBE are no part of the session state. MQTT 3.1.2.4 */
function isKept(flight: Flight): boolean {
  return flight.asked.type === "PUBLISH";
}

/** The effect that ends the link in use. */
export function hangUp(session: Session, how: "end" | "reset", why?: string): Effect {
  const effect = { kind: "hangUp", link: session.link, how } as const;
  return why === undefined ? effect : { ...effect, why };
}

/** Gives the link up and tells why; a QMTCONN that waits gets its line too. decided */
export function dropLink(session: Session, stat: Stat, why: string): Step {
  return doing(ended(session), hangUp(session, "reset", why), ...lines(session, stat));
}

/** What the broker sent is not allowed: the link must go. [MQTT-4.8.0-1] */
export function violated(session: Session, why: string): Step {
  return dropLink(session, 1, why);
}

/** The reader of the wire found what no server may send. */
export function violation(session: Session, input: Extract<LinkInput, { kind: "violation" }>): Step {
  return violated(session, input.why);
}

/** The link went by itself. note 5.1 */
export function lost(session: Session, input: Extract<LinkInput, { kind: "down" }>): Step {
  return doing(ended(session), ...lines(session, downStats[input.reason]));
}

function lines(session: Session, stat: Stat): readonly Effect[] {
  const told = tell({ kind: "stat", code: stat });
  return session.phase === "connecting" ? [told, tell({ kind: "connectFailed" })] : [told];
}

/** QMTCLOSE while TCP comes up: there will be no +QMTOPEN. decided */
export function abort(session: Session): Step {
  return doing(ended(session), hangUp(session, "reset"), closed(0));
}

/** QMTCLOSE of a link without an MQTT connection. note 3.2.4 */
export function close(session: Session): Step {
  return doing(ended(session), hangUp(session, "end"), closed(0));
}

/** QMTCLOSE while connected: a DISCONNECT goes first. [MQTT-3.14.4-1] */
export function closeConnected(session: Session, _input: unknown, now: Millis, config: Config): Step {
  if (isStuck(session, now, config)) return doing(ended(session), hangUp(session, "reset", "stuck"), closed(-1));
  return chain(transmit(session, { type: "DISCONNECT" }, now), close);
}

/** The first QMTCLOSE after a QMTDISC finds nothing to close and is answered all the same. field */
export function closeAgain(session: Session): Step {
  return doing({ ...session, mayClose: false }, closed(0));
}

/** QMTCLOSE before the server has closed: the one close after a QMTDISC. decided */
export function closeEarly(session: Session): Step {
  return close({ ...session, mayClose: false });
}

function closed(result: -1 | 0): Effect {
  return tell({ kind: "closed", result });
}

/** QMTDISC: the DISCONNECT goes out, and either side closes then. note 3.2.6 */
export function disconnect(session: Session, _input: unknown, now: Millis, config: Config): Step {
  const parted = { ...session, mayClose: true };
  if (isStuck(session, now, config)) {
    return doing(ended(parted), hangUp(session, "reset", "stuck"), disconnected(-1));
  }
  return chain(transmit(parted, { type: "DISCONNECT" }, now), (sent) =>
    config.afterDisconnect === "close"
      ? doing(ended(sent), disconnected(0), hangUp(sent, "end")) // [MQTT-3.14.4-1]
      : doing({ ...ended(sent), phase: "disconnecting", deadline: now + config.pktTimeout }, disconnected(0)),
  );
}

function disconnected(result: -1 | 0): Effect {
  return tell({ kind: "disconnected", result });
}

/** Something waits for TCP, and for a whole `<pkt_timeout>` nothing has left: a DISCONNECT would not either. decided */
function isStuck({ out }: Session, now: Millis, config: Config): boolean {
  return out.stuckSince !== undefined && now >= out.stuckSince + config.pktTimeout;
}

/** The server closed after our DISCONNECT, or the network went first. note 5.1 */
export function serverClosed(session: Session, input: Extract<LinkInput, { kind: "down" }>): Step {
  const stat = downStats[input.reason];
  return doing(ended(session), tell({ kind: "stat", code: stat === 7 ? 7 : 5 }));
}

/** The server did not close, or the way to it broke: we close. decided */
export function serverSilent(session: Session): Step {
  return doing(ended(session), hangUp(session, "end"), tell({ kind: "stat", code: 5 }));
}

/** The time has come to close in the server's place. */
export function closeOverdue(session: Session, _input: unknown, now: Millis): Step {
  return isDue(session, now) ? serverSilent(session) : doing(session);
}

/** Whether the phase has lasted as long as it may. */
export function isDue(session: Session, now: Millis): boolean {
  return session.deadline !== undefined && now >= session.deadline;
}
