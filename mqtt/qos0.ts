import type { Config, LinkInput, Request } from "./io.js";
import type { Millis } from "./packet.js";
import { doing, type Session, type Step, tell, transmit } from "./state.js";

/** QMTPUB with QoS 0: it waits for TCP only. note 3.2.9 */
export function publishUnacked(
  session: Session,
  input: Extract<Request, { kind: "publish" }>,
  now: Millis,
  config: Config,
): Step {
  const { kind: _, id, ...message } = input;
  const waits = { id, packet: session.out.packets + 1, deadline: now + config.pktTimeout };
  const pending = [...session.qos0Pending, waits];
  return transmit({ ...session, qos0Pending: pending }, { type: "PUBLISH", dup: false, ...message, id: 0 }, now);
}

/** TCP took so many packets of this link: each QoS 0 publish among them is done. */
export function handedOver(session: Session, input: Extract<LinkInput, { kind: "sent" }>, now: Millis): Step {
  const noted = noteSent(session, input, now).session;
  if (noted.qos0Pending.length === 0) return doing(noted);
  const done = noted.qos0Pending.filter(({ packet }) => packet <= noted.out.left);
  const pending = noted.qos0Pending.slice(done.length);
  return doing({ ...noted, qos0Pending: pending }, ...done.map(({ id }) => tell({ kind: "published", id, qos: 0 })));
}

/** How far the packets of this link have come; what was told once is not taken back. */
export function noteSent(session: Session, input: Extract<LinkInput, { kind: "sent" }>, now: Millis): Step {
  const { out } = session;
  const left = Math.max(out.left, Math.min(input.packets, out.packets));
  if (left === out.left) return doing(session);
  const stuckSince = left === out.packets ? undefined : now;
  return doing({ ...session, out: { ...out, left, stuckSince } });
}

/** QoS 0 publishes that TCP did not take in time. decided */
export function failOverdue(session: Session, now: Millis): Step {
  const overdue = session.qos0Pending.filter(({ deadline }) => now >= deadline);
  if (overdue.length === 0) return doing(session);
  const pending = session.qos0Pending.filter(({ deadline }) => now < deadline);
  return doing(
    { ...session, qos0Pending: pending },
    ...overdue.map(({ id }) => tell({ kind: "failed", matter: "publish", id })),
  );
}
