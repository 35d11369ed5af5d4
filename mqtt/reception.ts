import type { Effect } from "./io.js";
import { hasId, withId, withoutId } from "./message-ids.js";
import type { Millis, Publish, Pubrel } from "./packet.js";
import { chain, change, type Session, type Step, stepTo, tell, transmit } from "./state.js";

/** How a message of the broker is handled, by its QoS. */
const handlers = { 0: deliver, 1: deliverAndAcknowledge, 2: deliverOnce } as const;

/** A PUBLISH of the broker. */
export function publishArrived(session: Session, packet: Publish, now: Millis): Step {
  return handlers[packet.qos](session, packet, now);
}

function deliver(session: Session, packet: Publish): Step {
  return stepTo(session, received(packet));
}

/** QoS 1: delivered and acknowledged each time it arrives. [MQTT-4.3.2-2] */
function deliverAndAcknowledge(session: Session, packet: Publish, now: Millis): Step {
  return chain(deliver(session, packet), (delivered) => transmit(delivered, { type: "PUBACK", id: packet.id }, now));
}

/** QoS 2: delivered when it first arrives, acknowledged each time until it is released. [MQTT-4.3.3-2] */
function deliverOnce(session: Session, packet: Publish, now: Millis): Step {
  const { id } = packet;
  if (hasId(session.inbound, id)) return transmit(session, { type: "PUBREC", id }, now);
  const delivered = deliver(change(session, { inbound: withId(session.inbound, id) }), packet);
  return chain(delivered, (next) => transmit(next, { type: "PUBREC", id }, now));
}

function received({ id, qos, topic, payload }: Publish): Effect {
  return tell({ kind: "received", id, qos, topic, payload });
}

/** A PUBREL is answered with PUBCOMP, even for an id that is not known. [MQTT-4.3.3-2] */
export function pubrelArrived(session: Session, { id }: Pubrel, now: Millis): Step {
  const released = change(session, { inbound: withoutId(session.inbound, id) });
  return transmit(released, { type: "PUBCOMP", id }, now);
}
