import type { Config } from "./io.js";
import { dropLink } from "./link-end.js";
import type { Millis } from "./packet.js";
import { chain, change, ignore, type Session, type Step, stepTo, transmit } from "./state.js";

/** When a PINGREQ is due: one keep-alive after the last packet, CONNECT included. [MQTT-3.1.2-23] */
export function pingAt({ connect, out }: Session): Millis | undefined {
  return connect === undefined || connect.keepAlive === 0 ? undefined : out.lastAt + connect.keepAlive * 1000;
}

/** When the keep-alive next has something to do: send a PINGREQ, or give up waiting for a PINGRESP. */
export function keepAliveWakeAt(session: Session): Millis | undefined {
  const ping = pingAt(session);
  const unanswered = session.pings[0]?.deadline;
  return ping === undefined || (unanswered !== undefined && unanswered < ping) ? unanswered : ping;
}

/** Drops the link where the oldest PINGREQ was not answered in time, and sends a PINGREQ where one is due. */
export function keepAlive(session: Session, now: Millis, config: Config): Step {
  const unanswered = session.pings[0];
  if (unanswered !== undefined && now >= unanswered.deadline) return dropLink(session, 2, "no PINGRESP in time"); // note 5.1
  const due = pingAt(session);
  return due !== undefined && now >= due ? ping(session, now, config) : stepTo(session);
}

/** A PINGREQ is sent even where an older one still waits for its answer. [MQTT-3.1.2-23] */
function ping(session: Session, now: Millis, config: Config): Step {
  return chain(transmit(session, { type: "PINGREQ" }, now), (sent) => {
    const waiting = { packet: sent.out.packets, deadline: now + config.pktTimeout };
    return stepTo(change(sent, { pings: [...sent.pings, waiting] }));
  });
}

/** A PINGRESP answers the oldest PINGREQ. [MQTT-3.12.4-1] */
export function pingAnswered(session: Session): Step {
  if (session.pings.length === 0) return ignore(session, "PINGRESP without PINGREQ");
  return stepTo(change(session, { pings: session.pings.slice(1) }));
}

/** TCP failed to send: the host is told whether a PINGREQ was among what could not be sent. note 5.1 */
export function sendFailed(session: Session): Step {
  const pingWaits = session.pings.some(({ packet }) => packet > session.out.taken);
  return dropLink(session, pingWaits ? 2 : 1, "sending failed");
}
