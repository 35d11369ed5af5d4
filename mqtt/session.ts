import { dutiesWakeAt, onTime, packetArrived, publish } from "./connected.js";
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
import { dial, dialAnew, opened, openFailed, openOverdue } from "./opening.js";
import type { Level, Millis } from "./packet.js";
import { handedOver, noteSent } from "./qos0.js";
import { doing, type Handle, ignore, type Session, type Step } from "./state.js";

export type {
  Config,
  DownReason,
  Effect,
  Input,
  LinkId,
  LinkInput,
  Matter,
  Phase,
  Refusal,
  Report,
  Request,
} from "./io.js";
export { newSession, type Session, type Step } from "./state.js";

type Listens = { readonly [K in Input["kind"]]?: Handle<Extract<Input, { readonly kind: K }>> };

/** Who listens to what. A request that is not here is refused, all else is ignored, both in `step` and nowhere else. */
export const listens: { readonly [P in Phase]: Listens } = {
  idle: { open: dial, close: closeAgain },
  opening: { up: opened, down: openFailed, time: openOverdue, close: abort },
  open: { connect: sendConnect, close, packet: unasked, violation, down: lost },
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
    sent: handedOver,
    sendFailed,
    time: onTime,
    disconnect,
    close: closeConnected,
    down: lost,
  },
  // Only with afterDisconnect = wait.
  disconnecting: {
    open: dialAnew,
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

/** `<inflight>`: QoS 1 and 2 publishes without their final answer. decided */
const window = 5;

/** Takes one input to the next session and what is to be done; nothing else happens. */
export function step(session: Session, input: Input, now: Millis, config: Config): Step {
  // The table has a handler of the right input at each kind, which the compiler cannot follow.
  const handle = listens[session.phase][input.kind] as Handle<Input> | undefined;
  if (isRequest(input)) {
    const why = refusal(session, input);
    if (why !== undefined) return ignore(session, `${input.kind} while ${session.phase}: ${why}`);
  }
  if (handle !== undefined) return handle(session, input, now, config);
  return input.kind === "time" ? doing(session) : ignore(session, `${input.kind} while ${session.phase}`);
}

function isRequest(input: Input): input is Request {
  return Object.hasOwn(requests, input.kind);
}

/** Why a request would not be taken now: the first that applies, in the order of the error numbers 3, 50, 159. decided */
export function refusal(session: Session, request: Request): Refusal | undefined {
  if (listens[session.phase][request.kind] === undefined) return "wrongState";
  if (request.kind === "close" && session.phase === "idle" && !session.mayClose) return "wrongState";
  if ("id" in request && session.flights.some(({ id }) => id === request.id)) return "idInFlight";
  if (request.kind === "publish" && request.qos !== 0 && isWindowFull(session)) return "windowFull";
  return undefined;
}

function isWindowFull({ flights }: Session): boolean {
  return flights.filter(({ asked }) => asked.type === "PUBLISH").length >= window;
}

/** The earliest deadline, computed anew each time: a `time` step is due then. */
export function wakeAt(session: Session): Millis | undefined {
  return session.phase === "connected" ? dutiesWakeAt(session) : session.deadline;
}

/** The MQTT version that is spoken on the link: that of its CONNECT, 3.1.1 before. */
export function levelOf(session: Session): Level {
  return session.connect?.level ?? 4;
}

/** A server speaks only when it was spoken to. [MQTT-3.2.0-1] */
function unasked(session: Session, input: Extract<Input, { readonly kind: "packet" }>): Step {
  return violation(session, { kind: "violation", why: `${input.packet.type} before CONNECT` });
}
