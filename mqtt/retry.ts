import { endFlight, flows, hasLeft, redeliver, replace } from "./delivery.js";
import type { Config } from "./io.js";
import { dropLink } from "./link-end.js";
import type { Millis } from "./packet.js";
import { chain, doing, type Flight, type Session, type Step, tell } from "./state.js";

/** After CONNACK: what was kept goes out again in its order, with timers and counters anew. [MQTT-4.4.0-1] [MQTT-4.6.0-1] */
export function resume(session: Session, now: Millis, config: Config): Step {
  return session.flights.reduce<Step>(
    (step, flight) => chain(step, (so) => redeliver(so, { ...flight, retries: 0, heard: session.heard }, now, config)),
    doing(session),
  );
}

/** All flights whose time is over, in the order of the list; the first that finds the link dead is the last. */
export function retry(session: Session, now: Millis, config: Config): Step {
  return session.flights
    .filter(({ deadline }) => now >= deadline)
    .reduce<Step>(
      (step, flight) => chain(step, (so) => (so.phase === "connected" ? retryOne(so, flight, now, config) : doing(so))),
      doing(session),
    );
}

function retryOne(session: Session, flight: Flight, now: Millis, config: Config): Step {
  if (flight.retries >= flight.limit) return fail(session, flight);
  const again = { ...flight, retries: flight.retries + 1 };
  // A copy behind its own first one helps nobody, but the time is over all the same. decided
  if (!hasLeft(session, flight)) return doing(replace(session, postponed(again, now, config)));
  const sent = redeliver(session, again, now, config);
  return config.timeoutNotice ? chain(sent, (so) => doing(so, notice(again))) : sent;
}

function postponed(flight: Flight, now: Millis, config: Config): Flight {
  return { ...flight, limit: config.retryTimes, deadline: now + config.pktTimeout };
}

/** `<timeout_notice>`. note 3.2.1 */
function notice({ stage, id, retries }: Flight) {
  return tell({ kind: "retransmitted", matter: flows[stage].matter, id, times: retries });
}

/** Result 2; a broker not heard at all since the first transmission is gone. note 5.1 */
function fail(session: Session, { id, stage, heard }: Flight): Step {
  const { matter } = flows[stage];
  const told = tell({ kind: "failed", matter: matter === "pubrel" ? "publish" : matter, id });
  const landed = doing(endFlight(session, id), told);
  return session.heard > heard ? landed : chain(landed, (so) => dropLink(so, 6, "retries used up in silence"));
}
