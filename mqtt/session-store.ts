import { noIds } from "./message-ids.js";
import type { Connack, Connect } from "./packet.js";
import type { Identity, Session } from "./state.js";

/** At CONNECT: what is kept is for the same host, port and client id without a clean session, else it is forgotten. decided */
export function recall(session: Session, { cleanSession, clientId }: Connect): Session {
  const identity: Identity = { peer: session.peer, clientId };
  const keptFor = cleanSession ? undefined : identity;
  if (!cleanSession && isSame(session.keptFor, identity)) return { ...session, keptFor };
  return { ...session, keptFor, flights: [], inbound: noIds }; // [MQTT-3.1.2-6]
}

/** At CONNACK: a server that kept nothing knows no ids of its own; MQTT 3.1 cannot say, so they stay. decided */
export function recallInbound(session: Session, { sessionPresent }: Connack): Session {
  return session.connect?.level === 4 && !sessionPresent ? { ...session, inbound: noIds } : session;
}

function isSame(one: Identity | undefined, other: Identity): boolean {
  return one?.clientId === other.clientId && one.peer?.host === other.peer?.host && one.peer?.port === other.peer?.port;
}
