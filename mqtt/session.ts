import { connectedWakeAt, packetArrived, publish, timePassed } from "./connected.js";
import { connectAnswered, connectOverdue, connectUnsendable, sendConnect } from "./connecting.js";
import { subscribe, unsubscribe } from "./delivery.js";
import type { Config, Input, Phase, Refusal, Request } from "./io.js";
import { sendFailed } from "./keep-alive.js";
import {
  abort,
  close,
  closeAgain,
  closeConnected,
  closeEarly,
  closeOverdue,
  disconnect,
  lost,
  serverClosed,
  serverSilent,
  violation,
} from "./link-end.js";
import { dial, dialAgain, opened, openFailed, openOverdue } from "./opening.js";
import type { Level, Millis } from "./packet.js";
import { noteSent, sentWhileConnected } from "./qos0.js";
import { type Handler, ignore, type Session, type Step, stepTo } from "./state.js";

export type {
  Config,
  DownReason,
  Effect,
  Input,
  LinkId,
  LinkInput,
  Operation,
  Phase,
  Refusal,
  Report,
  Request,
} from "./io.js";
export { newSession, type Session, type Step } from "./state.js";

type PhaseHandlers = { readonly [K in Input["kind"]]?: Handler<Extract<Input, { readonly kind: K }>> };

/** How each phase handles its inputs. A request without a handler is refused, any other input is ignored; `step` does both. */
export const handlers: { readonly [P in Phase]: PhaseHandlers } = {
  idle: { open: dial, close: closeAgain },
  opening: { up: opened, down: openFailed, time: openOverdue, close: abort },
  open: { connect: sendConnect, close, packet: packetBeforeConnect, violation, down: lost },
  connecting: {
    packet: connectAnswered,
    violation,
    sent: noteSent,
    sendFailed: connectUnsendable,
    time: connectOverdue,
    close,
    down: lost,
  },
  connected: {
    publish,
    subscribe,
    unsubscribe,
    packet: packetArrived,
    violation,
    sent: sentWhileConnected,
    sendFailed,
    time: timePassed,
    disconnect,
    close: closeConnected,
    down: lost,
  },
  // Only with afterDisconnect = wait.
  disconnecting: {
    open: dialAgain,
    close: closeEarly,
    sent: noteSent,
    sendFailed: serverSilent,
    down: serverClosed,
    time: closeOverdue,
  },
};

const requests: { readonly [K in Request["kind"]]: true } = {
  open: true,
  close: true,
  connect: true,
  disconnect: true,
  subscribe: true,
  unsubscribe: true,
  publish: true,
};

/** `<inflight>`: how many QoS 1 and 2 publishes may be in flight. decided */
const window = 5;

/** Takes one input; returns the next session and what is to be done. */
export function step(session: Session, input: Input, now: Millis, config: Config): Step {
  // The table has a handler of the right input at each kind, which the compiler cannot follow.
  const handler = handlers[session.phase][input.kind] as Handler<Input> | undefined;
  if (isRequest(input)) {
    const why = refusal(session, input);
    if (why !== undefined) return ignore(session, `${input.kind} while ${session.phase}: ${why}`);
  }
  if (handler !== undefined) return handler(session, input, now, config);
  return input.kind === "time" ? stepTo(session) : ignore(session, `${input.kind} while ${session.phase}`);
}

function isRequest(input: Input): input is Request {
  return Object.hasOwn(requests, input.kind);
}

/** Why a request is refused now: the first reason in the order of the errors 3, 50, 159; undefined where it is accepted. decided */
export function refusal(session: Session, request: Request): Refusal | undefined {
  if (handlers[session.phase][request.kind] === undefined) return "wrongState";
  if (request.kind === "close" && session.phase === "idle" && !session.mayClose) return "wrongState";
  if ("id" in request && session.flights.some(({ id }) => id === request.id)) return "idInFlight";
  if (request.kind === "publish" && request.qos !== 0 && isWindowFull(session)) return "windowFull";
  return undefined;
}

function isWindowFull({ flights }: Session): boolean {
  return flights.filter(({ request }) => request.type === "PUBLISH").length >= window;
}

/** When the next `time` input is due; undefined where none is. */
export function wakeAt(session: Session): Millis | undefined {
  return session.phase === "connected" ? connectedWakeAt(session) : session.deadline;
}

/** The MQTT version of the link: that of its CONNECT; before CONNECT 3.1.1. */
export function levelOf(session: Session): Level {
  return session.connect?.level ?? 4;
}

/** No server may send a packet before CONNECT. [MQTT-3.2.0-1] */
function packetBeforeConnect(session: Session, input: Extract<Input, { readonly kind: "packet" }>): Step {
  return violation(session, { kind: "violation", why: `${input.packet.type} before CONNECT` });
}
