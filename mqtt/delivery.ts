import type { Config, Operation, Report, Request } from "./io.js";
import { violated } from "./link-end.js";
import type { Ack, ClientPacket, MessageId, Millis, Pubrel, Suback } from "./packet.js";
import {
  afterPacket,
  change,
  type Flight,
  ignore,
  type Session,
  type Stage,
  type Step,
  send,
  stepTo,
  tell,
  transmit,
} from "./state.js";

type Answer = Ack | Suback;
type RequestOf<K extends Request["kind"]> = Extract<Request, { kind: K }>;

/** One stage of a request in flight. */
interface Flow {
  readonly operation: Operation;
  /** The packet that is sent, and sent again. */
  readonly packet: (flight: Flight, dup: boolean) => ClientPacket;
  /** The one answer that completes the stage. */
  readonly awaits: Answer["type"];
  /** What follows: another stage, or the end and what the host is told. */
  readonly next: { readonly stage: Stage } | { readonly report: (flight: Flight, answer: Answer) => Report };
}

/** What each stage sends, which answer it waits for, and what follows. [MQTT-4.3.2-1] [MQTT-4.3.3-1] [MQTT-3.8.4-1] [MQTT-3.10.4-4] */
export const flows: { readonly [S in Stage]: Flow } = {
  publish1: { operation: "publish", packet: request, awaits: "PUBACK", next: { report: published } },
  publish2: { operation: "publish", packet: request, awaits: "PUBREC", next: { stage: "release" } },
  release: { operation: "pubrel", packet: release, awaits: "PUBCOMP", next: { report: published } },
  subscribe: { operation: "subscribe", packet: request, awaits: "SUBACK", next: { report: subscribed } },
  unsubscribe: { operation: "unsubscribe", packet: request, awaits: "UNSUBACK", next: { report: unsubscribed } },
};

function request({ request }: Flight, dup: boolean): ClientPacket {
  return dup ? { ...request, dup } : request;
}

function release({ id }: Flight, dup: boolean): Pubrel {
  return { type: "PUBREL", id, dup };
}

function published({ id, request }: Flight): Report {
  return { kind: "published", id, qos: request.type === "PUBLISH" ? request.qos : 0 };
}

function subscribed({ id }: Flight, answer: Answer): Report {
  return { kind: "subscribed", id, granted: answer.type === "SUBACK" ? answer.granted : [] };
}

function unsubscribed({ id }: Flight): Report {
  return { kind: "unsubscribed", id };
}

/** QMTPUB with QoS 1 or 2. note 3.2.9 */
export function publishAcknowledged(session: Session, input: RequestOf<"publish">, now: Millis, config: Config): Step {
  const { id, qos, retain, topic, payload } = input;
  const stage = qos === 1 ? "publish1" : "publish2";
  return startFlight(session, stage, { type: "PUBLISH", id, qos, retain, dup: false, topic, payload }, now, config);
}

/** QMTSUB. note 3.2.7 */
export function subscribe(session: Session, input: RequestOf<"subscribe">, now: Millis, config: Config): Step {
  const { id, topics } = input;
  return startFlight(session, "subscribe", { type: "SUBSCRIBE", id, dup: false, topics }, now, config);
}

/** QMTUNS. note 3.2.8 */
export function unsubscribe(session: Session, input: RequestOf<"unsubscribe">, now: Millis, config: Config): Step {
  const { id, topics } = input;
  return startFlight(session, "unsubscribe", { type: "UNSUBSCRIBE", id, dup: false, topics }, now, config);
}

function startFlight(session: Session, stage: Stage, request: Flight["request"], now: Millis, config: Config): Step {
  const { id } = request;
  const flight = { id, stage, request, retries: 0, receivedBefore: session.received, ...timed(session, now, config) };
  const flights = [...session.flights, flight];
  return stepTo(change(session, { flights, out: afterPacket(session.out, now) }), send(request));
}

/** What a flight notes at each transmission: the settings of that moment count until the next one. decided */
function timed({ out }: Session, now: Millis, config: Config): Pick<Flight, "packet" | "limit" | "deadline"> {
  return { packet: out.packets + 1, limit: config.retryTimes, deadline: now + config.pktTimeout };
}

/** Sends the packet of a flight again. */
export function redeliver(session: Session, flight: Flight, now: Millis, config: Config): Step {
  const sent = { ...flight, ...timed(session, now, config) };
  return transmit(replace(session, sent), flows[flight.stage].packet(flight, hasDup(session, flight, config)), now);
}

/** A PUBLISH that is sent again always has DUP; other packets only in MQTT 3.1, where its text asks for it. [MQTT-3.3.1-1] [MQTT-2.2.2-1] */
function hasDup({ connect }: Session, { stage }: Flight, { dup31 }: Config): boolean {
  return flows[stage].operation === "publish" || (connect?.level === 3 && dup31 === "set");
}

/** The session with a flight in place of the one with its id. */
export function replace(session: Session, flight: Flight): Session {
  return change(session, { flights: session.flights.map((old) => (old.id === flight.id ? flight : old)) });
}

/** The session without a flight: its id and its place in the window are free. */
export function endFlight(session: Session, id: MessageId): Session {
  return change(session, { flights: session.flights.filter((flight) => flight.id !== id) });
}

/** An answer completes the stage of the flight that waits for exactly this answer; any other answer is a stray one. */
export function answerArrived(session: Session, answer: Answer, now: Millis, config: Config): Step {
  const flight = session.flights.find(({ id }) => id === answer.id);
  if (flight === undefined || flows[flight.stage].awaits !== answer.type) {
    return strayArrived(session, answer, flight, now, config);
  }
  if (!hasAllCodes(flight, answer)) return violated(session, "SUBACK with a wrong number of codes");
  const { next } = flows[flight.stage];
  return "stage" in next
    ? advance(session, { ...flight, stage: next.stage, retries: 0 }, now, config)
    : stepTo(endFlight(session, flight.id), tell(next.report(flight, answer)));
}

/** A SUBACK has one code for each topic. [MQTT-3.8.4-5] */
function hasAllCodes({ request }: Flight, answer: Answer): boolean {
  return answer.type !== "SUBACK" || (request.type === "SUBSCRIBE" && answer.granted.length === request.topics.length);
}

/** Sends PUBREL for the first time. The flight moves behind those whose PUBREL was sent before. [MQTT-4.6.0-4] */
function advance(session: Session, flight: Flight, now: Millis, config: Config): Step {
  const sent = { ...flight, ...timed(session, now, config) };
  const at = session.flights.findLastIndex(({ id, stage }) => id === sent.id || stage === sent.stage);
  const flights = session.flights.flatMap((old, index) => {
    const stays = old.id === sent.id ? [] : [old];
    return index === at ? [...stays, sent] : stays;
  });
  return transmit(change(session, { flights }), flows[sent.stage].packet(sent, false), now);
}

/** A late PUBREC, or one with an unknown id, is answered with PUBREL so that the broker can forget it; other answers are logged. decided */
function strayArrived(
  session: Session,
  { type, id }: Answer,
  flight: Flight | undefined,
  now: Millis,
  config: Config,
): Step {
  if (type !== "PUBREC") return ignore(session, `${type} ${id} completes nothing`);
  if (flight?.stage !== "release") return transmit(session, { type: "PUBREL", id, dup: false }, now);
  if (!isTaken(session, flight)) return ignore(session, `PUBREC ${id} while its PUBREL waits for TCP`);
  return redeliver(session, flight, now, config);
}

/** Whether TCP has taken the last copy of a flight's packet. */
export function isTaken({ out }: Session, { packet }: Flight): boolean {
  return packet <= out.taken;
}
