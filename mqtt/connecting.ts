import type { Config, LinkInput, Request } from "./io.js";
import { dropLink, ended, hangUp, isDue, violated } from "./link-end.js";
import { noIds } from "./message-ids.js";
import type { Connack, Connect, Millis } from "./packet.js";
import { resume } from "./retry.js";
import { chain, change, type Session, type SessionKey, type Step, stepTo, tell, transmit } from "./state.js";

/** QMTCONN: sends CONNECT. It is never sent again. guide */
export function sendConnect(
  session: Session,
  input: Extract<Request, { kind: "connect" }>,
  now: Millis,
  config: Config,
): Step {
  const { kind: _, ...settings } = input;
  const connect: Connect = { type: "CONNECT", ...settings };
  const deadline = now + config.pktTimeout;
  const begun = change(restoreSession(session, connect), { phase: "connecting", connect, deadline });
  return transmit(begun, connect, now);
}

/** The kept session continues for the same host, port and client id without a clean session; it is deleted otherwise. decided */
function restoreSession(session: Session, { cleanSession, clientId }: Connect): Session {
  const key: SessionKey = { peer: session.peer, clientId };
  const keptFor = cleanSession ? undefined : key;
  if (!cleanSession && isSame(session.keptFor, key)) return change(session, { keptFor });
  return change(session, { keptFor, flights: [], inbound: noIds }); // [MQTT-3.1.2-6]
}

function isSame(one: SessionKey | undefined, other: SessionKey): boolean {
  return one?.clientId === other.clientId && one.peer?.host === other.peer?.host && one.peer?.port === other.peer?.port;
}

/** The answer to CONNECT; any other packet before it is a violation. [MQTT-3.2.0-1] */
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
  // A server without a session knows no ids of QoS 2 messages. MQTT 3.1 cannot say so: there they stay. decided
  const inbound = level === 4 && !packet.sessionPresent ? noIds : session.inbound;
  const accepted = change(session, { phase: "connected", deadline: undefined, inbound });
  const told = stepTo(accepted, tell({ kind: "connected", returnCode: 0 }));
  return chain(told, (connected) => resume(connected, now, config)); // [MQTT-4.4.0-1]
}

/** The broker refuses the connection: the host is told its code, and the link is closed. note 3.2.5 */
function refused(session: Session, { returnCode }: Connack, { afterRefusal }: Config): Step {
  const stat = afterRefusal === "silent" ? [] : [tell({ kind: "stat", code: afterRefusal })];
  return stepTo(ended(session), tell({ kind: "connected", returnCode }), hangUp(session, "end"), ...stat);
}

/** Gives up where no CONNACK came in time. guide */
export function connectOverdue(session: Session, _input: unknown, now: Millis): Step {
  if (!isDue(session, now)) return stepTo(session);
  return isConnectTaken(session)
    ? dropLink(session, 4, "no CONNACK in time")
    : dropLink(session, 3, "CONNECT was not sent in time");
}

/** TCP failed to send. note 5.1 */
export function connectUnsendable(session: Session): Step {
  return dropLink(session, isConnectTaken(session) ? 1 : 3, "sending failed");
}

/** Whether TCP has taken the CONNECT, which is the first packet of a link. */
function isConnectTaken(session: Session): boolean {
  return session.out.taken >= 1;
}
