import type { Demand } from "./command-view.js";
import type { Board } from "./context.js";
import { dropLostLink } from "./mqtt-link.js";
import { isAttached, settleRadio } from "./radio/radio.js";
import { loseCalls, settleCalls } from "./requests.js";

/** At equal moments: registration, what waited for the connection, calls, the connection itself, lines that fall due. */
export function settleAir(board: Board): void {
  settleNetwork(board);
  dropLostLink(board);
  const { ram, effects, now } = board;
  const { air, outbox, timetable } = ram;
  effects.doAll(air.takeSent(now));
  settleCalls(board);
  tellAir(board);
  for (const { line, otherwise } of timetable.takeDue(now)) {
    if (otherwise !== undefined) air.touch(now); // the network has sent it
    outbox.put(line);
  }
}

/** Brings the radio to this moment. */
export function settleNetwork(board: Board): void {
  const { ram, now, pace } = board;
  const { state } = ram;
  const radio = settleRadio(state.radio, now, pace);
  if (radio !== state.radio) ram.state = { ...state, radio };
  tellAir(board);
  if (isAttached(state.radio) && !isAttached(radio)) loseNetwork(board);
}

/** What has changed on the air is told. */
function tellAir({ ram, profile, now }: Board): void {
  const { air, state, outbox } = ram;
  for (const line of air.settle(state.radio, state.preferences, profile.surroundings, now)) outbox.put(line);
}

/** Nothing that was asked of the network will be answered. */
function loseNetwork(board: Board): void {
  const { ram, effects } = board;
  const { phase, link } = ram.client.session;
  if (phase !== "idle") ram.lostLink = link;
  loseCalls(board);
  effects.doAll(ram.air.abandon(link));
  ram.timetable.loseNetwork();
}

/** Something is sent, and a peer answers, or does not. */
export function askPeer({ ram, now }: Board, { answer, silence }: Extract<Demand, { readonly to: "peer" }>): void {
  const { air, timetable } = ram;
  const sentAt = air.raise(now);
  const otherwise = { line: silence.line, at: sentAt + silence.after };
  if (answer === undefined) timetable.put(otherwise);
  else timetable.put({ line: answer.line, at: sentAt + answer.after, otherwise });
}
