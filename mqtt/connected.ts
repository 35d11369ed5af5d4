import { answerArrived, publishAcked } from "./delivery.js";
import type { Config, LinkInput, Request } from "./io.js";
import { keepAlive, keepAliveWakeAt, pingAnswered } from "./keep-alive.js";
import { violated } from "./link-end.js";
import type { Millis, ServerPacket, ServerPacketOf } from "./packet.js";
import { failOverdue, publishUnacked } from "./qos0.js";
import { publishArrived, pubrelArrived } from "./reception.js";
import { retry } from "./retry.js";
import { chain, doing, type Handle, type Session, type Step } from "./state.js";

type Type = ServerPacket["type"];

/** What each packet of the broker means once it has let us in. */
const arrivals: { readonly [T in Type]: Handle<ServerPacketOf<T>> } = {
  CONNACK: (session) => violated(session, "a second CONNACK"), // [MQTT-3.2.0-1]
  PUBLISH: publishArrived,
  PUBACK: answerArrived,
  PUBREC: answerArrived,
  PUBREL: pubrelArrived,
  PUBCOMP: answerArrived,
  SUBACK: answerArrived,
  UNSUBACK: answerArrived,
  PINGRESP: pingAnswered,
};

/** What falls due, in this order: what is sent again spares the PINGREQ. */
const duties: readonly ((session: Session, now: Millis, config: Config) => Step)[] = [retry, failOverdue, keepAlive];

/** A packet of the broker. */
export function packetArrived(
  session: Session,
  { packet }: Extract<LinkInput, { kind: "packet" }>,
  now: Millis,
  config: Config,
): Step {
  // The table has a handler of the right packet at each type, which the compiler cannot follow.
  const handle = arrivals[packet.type] as Handle<ServerPacket>;
  const noted = session.flights.length > 0 ? { ...session, heard: session.heard + 1 } : session; // only flights look at it
  return handle(noted, packet, now, config);
}

/** QMTPUB. note 3.2.9 */
export function publish(
  session: Session,
  input: Extract<Request, { kind: "publish" }>,
  now: Millis,
  config: Config,
): Step {
  return input.qos === 0 ? publishUnacked(session, input, now, config) : publishAcked(session, input, now, config);
}

/** All that is due by now; the duty that ends the link is the last. */
export function onTime(session: Session, _input: unknown, now: Millis, config: Config): Step {
  return duties.reduce<Step>(
    (step, duty) => chain(step, (so) => (so.phase === "connected" ? duty(so, now, config) : doing(so))),
    doing(session),
  );
}

/** The next moment at which something is due. */
export function dutiesWakeAt(session: Session): Millis | undefined {
  let earliest = keepAliveWakeAt(session);
  for (const { deadline } of [...session.flights, ...session.qos0Pending]) {
    if (earliest === undefined || deadline < earliest) earliest = deadline;
  }
  return earliest;
}
