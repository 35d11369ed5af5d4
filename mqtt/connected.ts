import { answerArrived, publishAcknowledged } from "./delivery.js";
import type { Config, LinkInput, Request } from "./io.js";
import { keepAlive, keepAliveWakeAt, pingAnswered } from "./keep-alive.js";
import { violated } from "./link-end.js";
import type { Millis, ServerPacket, ServerPacketOf } from "./packet.js";
import { failOverdue, publishUnacknowledged } from "./qos0.js";
import { publishArrived, pubrelArrived } from "./reception.js";
import { retry } from "./retry.js";
import { chain, change, type Handler, type Session, type Step, stepTo } from "./state.js";

type Type = ServerPacket["type"];

/** How each packet of the broker is handled after CONNACK. */
const packetHandlers: { readonly [T in Type]: Handler<ServerPacketOf<T>> } = {
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

/** What can be due, in this order: a packet that is sent again makes a PINGREQ needless. */
const timeHandlers: readonly ((session: Session, now: Millis, config: Config) => Step)[] = [
  retry,
  failOverdue,
  keepAlive,
];

/** A packet of the broker. */
export function packetArrived(
  session: Session,
  { packet }: Extract<LinkInput, { kind: "packet" }>,
  now: Millis,
  config: Config,
): Step {
  // The table has a handler of the right packet at each type, which the compiler cannot follow.
  const handler = packetHandlers[packet.type] as Handler<ServerPacket>;
  const counts = session.flights.length > 0; // only requests in flight use the number
  return handler(counts ? change(session, { received: session.received + 1 }) : session, packet, now, config);
}

/** QMTPUB. note 3.2.9 */
export function publish(
  session: Session,
  input: Extract<Request, { kind: "publish" }>,
  now: Millis,
  config: Config,
): Step {
  return input.qos === 0
    ? publishUnacknowledged(session, input, now, config)
    : publishAcknowledged(session, input, now, config);
}

/** Does all that is due at `now`, until something ends the link. */
export function timePassed(session: Session, _input: unknown, now: Millis, config: Config): Step {
  return timeHandlers.reduce<Step>(
    (step, handler) => chain(step, (next) => (next.phase === "connected" ? handler(next, now, config) : stepTo(next))),
    stepTo(session),
  );
}

/** The next moment at which something is due; undefined where nothing will be. */
export function connectedWakeAt(session: Session): Millis | undefined {
  let earliest = keepAliveWakeAt(session);
  for (const waiting of [session.flights, session.qos0Pending]) {
    for (const { deadline } of waiting) if (earliest === undefined || deadline < earliest) earliest = deadline;
  }
  return earliest;
}
