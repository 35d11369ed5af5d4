import type { Demand } from "./command-view.js";
import type { Context } from "./context.js";
import { dropLostLink } from "./mqtt-link.js";
import { isAttached, settleRadio } from "./radio/radio.js";
import { failRequests, settleRequests } from "./requests.js";

/** At equal moments: registration, what waited for the connection, calls, the connection itself, lines that fall due. */
export function settleRadioLink(context: Context): void {
  settleNetwork(context);
  dropLostLink(context);
  const { ram, effects, now } = context;
  const { rrc, urcQueue, scheduledUrcs } = ram;
  effects.doAll(rrc.takeSent(now));
  settleRequests(context);
  queueRadioUrcs(context);
  for (const { line, otherwise } of scheduledUrcs.takeDue(now)) {
    if (otherwise !== undefined) rrc.touch(now); // the network has sent it
    urcQueue.put(line);
  }
}

/** Brings the radio to this moment. */
export function settleNetwork(context: Context): void {
  const { ram, now, pace } = context;
  const { state } = ram;
  const radio = settleRadio(state.radio, now, pace);
  if (radio !== state.radio) ram.state = { ...state, radio };
  queueRadioUrcs(context);
  if (isAttached(state.radio) && !isAttached(radio)) loseNetwork(context);
}

/** What has changed on the air is told. */
function queueRadioUrcs({ ram, profile, now }: Context): void {
  const { rrc, state, urcQueue } = ram;
  for (const line of rrc.settle(state.radio, state.networkSettings, profile.surroundings, now)) urcQueue.put(line);
}

/** Nothing that was asked of the network will be answered. */
function loseNetwork(context: Context): void {
  const { ram, effects } = context;
  const { phase, link } = ram.client.session;
  if (phase !== "idle") ram.lostLink = link;
  failRequests(context);
  effects.doAll(ram.rrc.abandon(link));
  ram.scheduledUrcs.loseNetwork();
}

/** Something is sent, and a peer answers, or does not. */
export function scheduleAnswer(
  { ram, now }: Context,
  { answer, silence }: Extract<Demand, { readonly to: "peer" }>,
): void {
  const { rrc, scheduledUrcs } = ram;
  const sentAt = rrc.raise(now);
  const otherwise = { line: silence.line, at: sentAt + silence.after };
  if (answer === undefined) scheduledUrcs.put(otherwise);
  else scheduledUrcs.put({ line: answer.line, at: sentAt + answer.after, otherwise });
}
