import type { Config, DownReason, Effect, LinkInput, Report } from "./io.js";
import type { Millis } from "./packet.js";
import { chain, change, type Flight, type Session, type Step, stepTo, tell, transmit } from "./state.js";

type Stat = Extract<Report, { kind: "stat" }>["code"];

/** What the host is told when an opened link ends by itself. note 5.1 */
const downStats: { readonly [R in DownReason]: Stat } = {
  closed: 1,
  reset: 1,
  refused: 1,
  unresolved: 1,
  failed: 1,
  networkGone: 7,
  pdpRefused: 7,
  unreachable: 7,
  timedOut: 7,
};

/** The session without its link. Requests in flight get no result; the next CONNECT decides whether they are kept. decided */
export function ended(session: Session): Session {
  return change(session, {
    phase: "idle",
    peer: undefined,
    connect: undefined,
    deadline: undefined,
    pings: [],
    qos0Pending: [],
    flights: session.flights.filter(isKept),
  });
}

/** SUBSCRIBE and UNSUBSCRIBE are no part of the session state. MQTT 3.1.2.4 */
function isKept(flight: Flight): boolean {
  return flight.request.type === "PUBLISH";
}

/** The effect that ends the current link; `why` is for the log. */
export function hangUp(session: Session, how: "end" | "reset", why?: string): Effect {
  const effect = { kind: "hangUp", link: session.link, how } as const;
  return why === undefined ? effect : { ...effect, why };
}

/** Resets the link and tells the host why; a QMTCONN that waits gets its result, too. decided */
export function dropLink(session: Session, stat: Stat, why: string): Step {
  return stepTo(ended(session), hangUp(session, "reset", why), ...lines(session, stat));
}

/** The broker broke the protocol: the link is reset. [MQTT-4.8.0-1] */
export function violated(session: Session, why: string): Step {
  return dropLink(session, 1, why);
}

/** The packet reader found what no server may send. */
export function violation(session: Session, input: Extract<LinkInput, { kind: "violation" }>): Step {
  return violated(session, input.why);
}

/** The link ended by itself. note 5.1 */
export function lost(session: Session, input: Extract<LinkInput, { kind: "down" }>): Step {
  return stepTo(ended(session), ...lines(session, downStats[input.reason]));
}

function lines(session: Session, stat: Stat): readonly Effect[] {
  const told = tell({ kind: "stat", code: stat });
  return session.phase === "connecting" ? [told, tell({ kind: "connectFailed" })] : [told];
}

/** QMTCLOSE before TCP is established: there will be no +QMTOPEN. decided */
export function abort(session: Session): Step {
  return stepTo(ended(session), hangUp(session, "reset"), closed(0));
}

/** QMTCLOSE of a link without an MQTT connection. note 3.2.4 */
export function close(session: Session): Step {
  return stepTo(ended(session), hangUp(session, "end"), closed(0));
}

/** QMTCLOSE while connected: DISCONNECT is sent first. [MQTT-3.14.4-1] */
export function closeConnected(session: Session, _input: unknown, now: Millis, config: Config): Step {
  if (isStuck(session, now, config)) return stepTo(ended(session), hangUp(session, "reset", "stuck"), closed(-1));
  return chain(transmit(session, { type: "DISCONNECT" }, now), close);
}

/** The first QMTCLOSE after a QMTDISC is answered although there is nothing to close. field */
export function closeAgain(session: Session): Step {
  return stepTo(change(session, { mayClose: false }), closed(0));
}

/** QMTCLOSE before the server has closed: it counts as the one QMTCLOSE after a QMTDISC. decided */
export function closeEarly(session: Session): Step {
  return close(change(session, { mayClose: false }));
}

function closed(result: -1 | 0): Effect {
  return tell({ kind: "closed", result });
}

/** QMTDISC: sends DISCONNECT; then either side closes. note 3.2.6 */
export function disconnect(session: Session, _input: unknown, now: Millis, config: Config): Step {
  const parted = change(session, { mayClose: true });
  if (isStuck(session, now, config)) {
    return stepTo(ended(parted), hangUp(session, "reset", "stuck"), disconnected(-1));
  }
  return chain(transmit(parted, { type: "DISCONNECT" }, now), (sent) =>
    config.afterDisconnect === "close"
      ? stepTo(ended(sent), disconnected(0), hangUp(sent, "end")) // [MQTT-3.14.4-1]
      : stepTo(change(ended(sent), { phase: "disconnecting", deadline: now + config.pktTimeout }), disconnected(0)),
  );
}

function disconnected(result: -1 | 0): Effect {
  return tell({ kind: "disconnected", result });
}

/** Whether packets wait for TCP and it has taken none for `<pkt_timeout>`: then it would not take a DISCONNECT either. decided */
function isStuck({ out }: Session, now: Millis, config: Config): boolean {
  return out.stuckSince !== undefined && now >= out.stuckSince + config.pktTimeout;
}

/** The server closed after DISCONNECT, or the network was lost first. note 5.1 */
export function serverClosed(session: Session, input: Extract<LinkInput, { kind: "down" }>): Step {
  const stat = downStats[input.reason];
  return stepTo(ended(session), tell({ kind: "stat", code: stat === 7 ? 7 : 5 }));
}

/** Closes in place of the server, which did not close or cannot be reached. decided */
export function serverSilent(session: Session): Step {
  return stepTo(ended(session), hangUp(session, "end"), tell({ kind: "stat", code: 5 }));
}

/** Closes where the server has not closed in time. */
export function closeOverdue(session: Session, _input: unknown, now: Millis): Step {
  return isDue(session, now) ? serverSilent(session) : stepTo(session);
}

/** Whether the deadline of the phase has come. */
export function isDue(session: Session, now: Millis): boolean {
  return session.deadline !== undefined && now >= session.deadline;
}
