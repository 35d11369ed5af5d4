import { endFlight, flows, isTaken, redeliver, replace } from "./delivery.js";
import type { Config } from "./io.js";
import { dropLink } from "./link-end.js";
import type { Millis } from "./packet.js";
import { chain, type Flight, type Session, type Step, stepTo, tell } from "./state.js";

/** After CONNACK: the kept requests are sent again in their order, with new timers and counters. [MQTT-4.4.0-1] [MQTT-4.6.0-1] */
export function resume(session: Session, now: Millis, config: Config): Step {
  const restarted = (flight: Flight): Flight => ({ ...flight, retries: 0, receivedBefore: session.received });
  return session.flights.reduce<Step>(
    (step, flight) => chain(step, (next) => redeliver(next, restarted(flight), now, config)),
    stepTo(session),
  );
}

/** Sends each request again whose time is over, in their order, until one of them ends the link. */
export function retry(session: Session, now: Millis, config: Config): Step {
  return session.flights
    .filter(({ deadline }) => now >= deadline)
    .reduce<Step>(
      (step, flight) =>
        chain(step, (next) => (next.phase === "connected" ? retryOne(next, flight, now, config) : stepTo(next))),
      stepTo(session),
    );
}

function retryOne(session: Session, flight: Flight, now: Millis, config: Config): Step {
  if (flight.retries >= flight.limit) return fail(session, flight);
  const again = { ...flight, retries: flight.retries + 1 };
  // While the last copy still waits for TCP no further copy is sent, but the try counts. decided
  if (!isTaken(session, flight)) return stepTo(replace(session, postponed(again, now, config)));
  const sent = redeliver(session, again, now, config);
  return config.timeoutNotice ? chain(sent, (next) => stepTo(next, notice(again))) : sent;
}

function postponed(flight: Flight, now: Millis, config: Config): Flight {
  return { ...flight, limit: config.retryTimes, deadline: now + config.pktTimeout };
}

/** `<timeout_notice>`. note 3.2.1 */
function notice({ stage, id, retries }: Flight) {
  return tell({ kind: "retransmitted", operation: flows[stage].operation, id, times: retries });
}

/** Result 2. Where the broker has sent nothing at all since the first transmission, the link is dropped, too. note 5.1 */
function fail(session: Session, { id, stage, receivedBefore }: Flight): Step {
  const { operation } = flows[stage];
  const report = tell({ kind: "failed", operation: operation === "pubrel" ? "publish" : operation, id });
  const failed = stepTo(endFlight(session, id), report);
  if (session.received > receivedBefore) return failed;
  return chain(failed, (next) => dropLink(next, 6, "retries used up, and nothing received meanwhile"));
}
