import type { Config, LinkInput, Request } from "./io.js";
import type { Millis } from "./packet.js";
import { change, type Session, type Step, stepTo, tell, transmit } from "./state.js";

/** QMTPUB with QoS 0: done as soon as TCP has taken it. note 3.2.9 */
export function publishUnacknowledged(
  session: Session,
  input: Extract<Request, { kind: "publish" }>,
  now: Millis,
  config: Config,
): Step {
  const { id, qos, retain, topic, payload } = input;
  const pending = { id, packet: session.out.packets + 1, deadline: now + config.pktTimeout };
  const waiting = change(session, { qos0Pending: [...session.qos0Pending, pending] });
  return transmit(waiting, { type: "PUBLISH", id: 0, qos, retain, dup: false, topic, payload }, now);
}

/** TCP has taken more packets: each QoS 0 PUBLISH among them is done. */
export function sentWhileConnected(session: Session, input: Extract<LinkInput, { kind: "sent" }>, now: Millis): Step {
  const noted = noteSent(session, input, now).session;
  if (noted.qos0Pending.length === 0) return stepTo(noted);
  const done = noted.qos0Pending.filter(({ packet }) => packet <= noted.out.taken);
  const reports = done.map(({ id }) => tell({ kind: "published", id, qos: 0 }));
  return stepTo(change(noted, { qos0Pending: noted.qos0Pending.slice(done.length) }), ...reports);
}

/** Notes how many packets of this link TCP has taken. The number never falls. */
export function noteSent(session: Session, input: Extract<LinkInput, { kind: "sent" }>, now: Millis): Step {
  const { packets, taken: before, lastAt } = session.out;
  const taken = Math.max(before, Math.min(input.packets, packets));
  if (taken === before) return stepTo(session);
  const stuckSince = taken === packets ? undefined : now;
  return stepTo(change(session, { out: { packets, taken, lastAt, stuckSince } }));
}

/** Fails the QoS 0 publishes that TCP has not taken within `<pkt_timeout>`. decided */
export function failOverdue(session: Session, now: Millis): Step {
  const overdue = session.qos0Pending.filter(({ deadline }) => now >= deadline);
  if (overdue.length === 0) return stepTo(session);
  const reports = overdue.map(({ id }) => tell({ kind: "failed", operation: "publish", id }));
  return stepTo(
    change(session, { qos0Pending: session.qos0Pending.filter(({ deadline }) => now < deadline) }),
    ...reports,
  );
}
