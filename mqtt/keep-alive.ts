import type { Config } from "./io.js";
import { dropLink } from "./link-end.js";
import type { Millis } from "./packet.js";
import { chain, doing, ignore, type Session, type Step, transmit } from "./state.js";

/** When silence has lasted as long as it may; CONNECT is the first packet that counts. [MQTT-3.1.2-23] */
function pingAt({ connect, out }: Session): Millis | undefined {
  return connect === undefined || connect.keepAlive === 0 ? undefined : out.at + connect.keepAlive * 1000;
}

/** The next moment at which the keep-alive has something to do. */
export function keepAliveWakeAt(session: Session): Millis | undefined {
  const ping = pingAt(session);
  const unanswered = session.pings[0]?.deadline;
  return ping === undefined || (unanswered !== undefined && unanswered < ping) ? unanswered : ping;
}

/** A broker that does not answer the first open PINGREQ is gone; a silence of ours that is too long gets a PINGREQ. */
export function keepAlive(session: Session, now: Millis, config: Config): Step {
  const unanswered = session.pings[0];
  if (unanswered !== undefined && now >= unanswered.deadline) return dropLink(session, 2, "no PINGRESP in time"); // note 5.1
  const due = pingAt(session);
  return due !== undefined && now >= due ? ping(session, now, config) : doing(session);
}

/** While one PINGREQ waits for its answer another may fall due. [MQTT-3.1.2-23] */
function ping(session: Session, now: Millis, config: Config): Step {
  return chain(transmit(session, { type: "PINGREQ" }, now), (sent) => {
    const open = { packet: sent.out.packets, deadline: now + config.pktTimeout };
    return doing({ ...sent, pings: [...sent.pings, open] });
  });
}

/** A PINGRESP answers the oldest PINGREQ. [MQTT-3.12.4-1] */
export function pingAnswered(session: Session): Step {
  if (session.pings.length === 0) return ignore(session, "PINGRESP nobody asked for");
  return doing({ ...session, pings: session.pings.slice(1) });
}

/** TCP takes nothing any more: the host is told whether it was a PINGREQ that could not go. note 5.1 */
export function sendFailed(session: Session): Step {
  const pingWaits = session.pings.some(({ packet }) => packet > session.out.left);
  return dropLink(session, pingWaits ? 2 : 1, "sending failed");
}
