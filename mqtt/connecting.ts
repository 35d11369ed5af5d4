import type { Config, LinkInput, Request } from "./io.js";
import { dropLink, ended, hangUp, isDue, violated } from "./link-end.js";
import type { Connack, Connect, Millis } from "./packet.js";
import { resume } from "./retry.js";
import { recall, recallInbound } from "./session-store.js";
import { chain, doing, type Session, type Step, tell, transmit } from "./state.js";

/** QMTCONN: CONNECT goes out, once and never again. guide */
export function sendConnect(
  session: Session,
  input: Extract<Request, { kind: "connect" }>,
  now: Millis,
  config: Config,
): Step {
  const { kind: _, ...settings } = input;
  const connect: Connect = { type: "CONNECT", ...settings };
  const deadline = now + config.pktTimeout;
  return transmit({ ...recall(session, connect), phase: "connecting", connect, deadline }, connect, now);
}

/** The answer to CONNECT; nothing else may come before it. [MQTT-3.2.0-1] */
export function connectAnswered(
  session: Session,
  { packet }: Extract<LinkInput, { kind: "packet" }>,
  now: Millis,
  config: Config,
): Step {
  if (packet.type !== "CONNACK") return violated(session, `${packet.type} before CONNACK`);
  if (packet.returnCode !== 0) return refused(session, packet, config);
  const { level, cleanSession } = session.connect ?? {};
  if (level === 4 && cleanSession && packet.sessionPresent) {
    return violated(session, "session present after clean session"); // [MQTT-3.2.2-1]
  }
  const accepted: Session = { ...recallInbound(session, packet), phase: "connected", deadline: undefined };
  const told = doing(accepted, tell({ kind: "connected", returnCode: 0 }));
  return chain(told, (connected) => resume(connected, now, config)); // [MQTT-4.4.0-1]
}

/** The broker does not want us: its code, then the link is closed. note 3.2.5 */
function refused(session: Session, { returnCode }: Connack, { afterRefusal }: Config): Step {
  const stat = afterRefusal === "silent" ? [] : [tell({ kind: "stat", code: afterRefusal })];
  return doing(ended(session), tell({ kind: "connected", returnCode }), hangUp(session, "end"), ...stat);
}

/** No CONNACK in time. guide */
export function connectOverdue(session: Session, _input: unknown, now: Millis): Step {
  if (!isDue(session, now)) return doing(session);
  return hasLeft(session)
    ? dropLink(session, 4, "no CONNACK in time")
    : dropLink(session, 3, "CONNECT did not leave in time");
}

/** TCP takes nothing any more. note 5.1 */
export function connectUnsendable(session: Session): Step {
  return dropLink(session, hasLeft(session) ? 1 : 3, "sending failed");
}

/** CONNECT is the first packet of a link. */
function hasLeft(session: Session): boolean {
  return session.out.left >= 1;
}
