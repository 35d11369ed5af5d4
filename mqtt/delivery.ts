import type { Config, Matter, Report, Request } from "./io.js";
import { violated } from "./link-end.js";
import type { Ack, ClientPacket, MessageId, Millis, Pubrel, Suback } from "./packet.js";
import { doing, type Flight, ignore, type Session, type Stage, type Step, tell, transmit } from "./state.js";

type Answer = Ack | Suback;
type Asked<K extends Request["kind"]> = Extract<Request, { kind: K }>;

interface Flow {
  readonly matter: Matter;
  /** What we send, and send again. */
  readonly packet: (flight: Flight, dup: boolean) => ClientPacket;
  /** The one answer that brings the flight on. */
  readonly awaits: Answer["type"];
  /** What follows: another stage, or the end and its line. */
  readonly leads: { readonly stage: Stage } | { readonly report: (flight: Flight, answer: Answer) => Report };
}

/** What we send, what it then waits for, and what follows. [MQTT-4.3.2-1] [MQTT-4.3.3-1] [MQTT-3.8.4-1] [MQTT-3.10.4-4] */
export const flows: { readonly [S in Stage]: Flow } = {
  publish1: { matter: "publish", packet: request, awaits: "PUBACK", leads: { report: published } },
  publish2: { matter: "publish", packet: request, awaits: "PUBREC", leads: { stage: "release" } },
  release: { matter: "pubrel", packet: release, awaits: "PUBCOMP", leads: { report: published } },
  subscribe: { matter: "subscribe", packet: request, awaits: "SUBACK", leads: { report: subscribed } },
  unsubscribe: { matter: "unsubscribe", packet: request, awaits: "UNSUBACK", leads: { report: unsubscribed } },
};

function request({ asked }: Flight, dup: boolean): ClientPacket {
  return dup ? { ...asked, dup } : asked;
}

function release({ id }: Flight, dup: boolean): Pubrel {
  return { type: "PUBREL", id, dup };
}

function published({ id, asked }: Flight): Report {
  return { kind: "published", id, qos: asked.type === "PUBLISH" ? asked.qos : 0 };
}

function subscribed({ id }: Flight, answer: Answer): Report {
  return { kind: "subscribed", id, granted: answer.type === "SUBACK" ? answer.granted : [] };
}

function unsubscribed({ id }: Flight): Report {
  return { kind: "unsubscribed", id };
}

/** QMTPUB with QoS 1 or 2. note 3.2.9 */
export function publishAcked(session: Session, input: Asked<"publish">, now: Millis, config: Config): Step {
  const { id, qos, retain, topic, payload } = input;
  const stage = qos === 1 ? "publish1" : "publish2";
  return startFlight(session, stage, { type: "PUBLISH", id, qos, retain, dup: false, topic, payload }, now, config);
}

/** QMTSUB. note 3.2.7 */
export function subscribe(session: Session, input: Asked<"subscribe">, now: Millis, config: Config): Step {
  const { id, topics } = input;
  return startFlight(session, "subscribe", { type: "SUBSCRIBE", id, dup: false, topics }, now, config);
}

/** QMTUNS. note 3.2.8 */
export function unsubscribe(session: Session, input: Asked<"unsubscribe">, now: Millis, config: Config): Step {
  const { id, topics } = input;
  return startFlight(session, "unsubscribe", { type: "UNSUBSCRIBE", id, dup: false, topics }, now, config);
}

function startFlight(session: Session, stage: Stage, asked: Flight["asked"], now: Millis, config: Config): Step {
  const waits = { id: asked.id, stage, asked, retries: 0, heard: session.heard, ...timed(session, now, config) };
  return transmit({ ...session, flights: [...session.flights, waits] }, asked, now);
}

/** What a flight notes at each transmission: the settings of that moment count until the next. decided */
function timed({ out }: Session, now: Millis, config: Config): Pick<Flight, "packet" | "limit" | "deadline"> {
  return { packet: out.packets + 1, limit: config.retryTimes, deadline: now + config.pktTimeout };
}

/** Sends a flight's packet once more. */
export function redeliver(session: Session, flight: Flight, now: Millis, config: Config): Step {
  const sent = { ...flight, ...timed(session, now, config) };
  return transmit(replace(session, sent), flows[flight.stage].packet(flight, isMarked(session, flight, config)), now);
}

/** PUBLISH always carries DUP then; the others only in MQTT 3.1, whose text asks for it. [MQTT-3.3.1-1] [MQTT-2.2.2-1] */
function isMarked({ connect }: Session, { stage }: Flight, { dup31 }: Config): boolean {
  return flows[stage].matter === "publish" || (connect?.level === 3 && dup31 === "set");
}

/** The session with a flight in place of the one with its id. */
export function replace(session: Session, flight: Flight): Session {
  return { ...session, flights: session.flights.map((old) => (old.id === flight.id ? flight : old)) };
}

/** The session without a flight: its id and its place in the window are free. */
export function endFlight(session: Session, id: MessageId): Session {
  return { ...session, flights: session.flights.filter((flight) => flight.id !== id) };
}

/** An acknowledgement brings the flight on that waits for exactly it; any other is a stray one. */
export function answerArrived(session: Session, answer: Answer, now: Millis, config: Config): Step {
  const flight = session.flights.find(({ id }) => id === answer.id);
  if (flight === undefined || flows[flight.stage].awaits !== answer.type) {
    return strayArrived(session, answer, flight, now, config);
  }
  if (!isComplete(flight, answer)) return violated(session, "SUBACK with a wrong number of codes");
  const next = flows[flight.stage].leads;
  return "stage" in next
    ? advance(session, { ...flight, stage: next.stage, retries: 0 }, now, config)
    : doing(endFlight(session, flight.id), tell(next.report(flight, answer)));
}

/** One code for each topic. [MQTT-3.8.4-5] */
function isComplete({ asked }: Flight, answer: Answer): boolean {
  return answer.type !== "SUBACK" || (asked.type === "SUBSCRIBE" && answer.granted.length === asked.topics.length);
}

/** PUBREL goes out for the first time, and stands behind those that went before it. [MQTT-4.6.0-4] */
function advance(session: Session, flight: Flight, now: Millis, config: Config): Step {
  const sent = { ...flight, ...timed(session, now, config) };
  const at = session.flights.findLastIndex(({ id, stage }) => id === sent.id || stage === sent.stage);
  const flights = session.flights.flatMap((old, index) => {
    const stays = old.id === sent.id ? [] : [old];
    return index === at ? [...stays, sent] : stays;
  });
  return transmit({ ...session, flights }, flows[sent.stage].packet(sent, false), now);
}

/** A late PUBREC, or one for an unknown id, gets its PUBREL, so that the broker can forget it; the rest is for the log. decided */
function strayArrived(
  session: Session,
  { type, id }: Answer,
  flight: Flight | undefined,
  now: Millis,
  config: Config,
): Step {
  if (type !== "PUBREC") return ignore(session, `${type} ${id} completes nothing`);
  if (flight?.stage !== "release") return transmit(session, { type: "PUBREL", id, dup: false }, now);
  if (!hasLeft(session, flight)) return ignore(session, `PUBREC ${id} while its PUBREL waits for TCP`);
  return redeliver(session, flight, now, config);
}

/** Whether the last copy of a flight's packet is out of the house. */
export function hasLeft({ out }: Session, { packet }: Flight): boolean {
  return packet <= out.left;
}
