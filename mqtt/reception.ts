import type { Effect } from "./io.js";
import { hasId, withId, withoutId } from "./message-ids.js";
import type { Millis, Publish, Pubrel } from "./packet.js";
import { chain, doing, type Session, type Step, tell, transmit } from "./state.js";

/** How a message of the broker is taken, by its QoS. */
const takes = { 0: take, 1: takeAndAck, 2: takeOnce } as const;

/** A PUBLISH of the broker. */
export function publishArrived(session: Session, packet: Publish, now: Millis): Step {
  return takes[packet.qos](session, packet, now);
}

function take(session: Session, packet: Publish): Step {
  return doing(session, received(packet));
}

/** QoS 1: delivered and acknowledged each time it comes. [MQTT-4.3.2-2] */
function takeAndAck(session: Session, packet: Publish, now: Millis): Step {
  const ack = { type: "PUBACK", id: packet.id } as const;
  return chain(take(session, packet), (taken) => transmit(taken, ack, now));
}

/** QoS 2: delivered when it first comes, acknowledged until it is released. [MQTT-4.3.3-2] */
function takeOnce(session: Session, packet: Publish, now: Millis): Step {
  const ack = { type: "PUBREC", id: packet.id } as const;
  if (hasId(session.inbound, packet.id)) return transmit(session, ack, now);
  const taken = take({ ...session, inbound: withId(session.inbound, packet.id) }, packet);
  return chain(taken, (kept) => transmit(kept, ack, now));
}

function received({ id, qos, topic, payload }: Publish): Effect {
  return tell({ kind: "received", id: qos === 0 ? 0 : id, qos, topic, payload });
}

/** PUBREL gets its PUBCOMP, also for an id that is not known. [MQTT-4.3.3-2] */
export function pubrelArrived(session: Session, { id }: Pubrel, now: Millis): Step {
  const released = { ...session, inbound: withoutId(session.inbound, id) };
  return transmit(released, { type: "PUBCOMP", id }, now);
}
