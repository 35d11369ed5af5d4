import { zoneReport } from "./clock.js";
import type { Demand } from "./command-view.js";
import type { Context } from "./context.js";
import { cardIn } from "./memory/sim-card.js";
import { dropLostLink } from "./mqtt-link.js";
import { detached, isAttached, type Radio, settleRadio } from "./radio/radio.js";
import { failRequests, settleRequests } from "./requests.js";
import { loseSockets, settleSockets } from "./sockets/socket-traffic.js";

/**
 * Updates the radio link to now. The order at equal moments: registration, effects that waited for the RRC connection,
 * requests, the connection itself, scheduled URCs.
 */
export function settleRadioLink(context: Context): void {
  settleNetwork(context);
  dropLostLink(context);
  const { ram, effects, now } = context;
  const { rrc, urcQueue, scheduledUrcs } = ram;
  effects.doAll(rrc.takeSent(now));
  settleRequests(context);
  settleSockets(context);
  queueRadioUrcs(context);
  for (const { line, otherwise } of scheduledUrcs.takeDue(now)) {
    if (otherwise !== undefined) rrc.touch(now); // the network has sent it
    urcQueue.put(line);
  }
}

/** Updates the radio to now, and handles the loss of the network. */
export function settleNetwork(context: Context): void {
  const { ram, now, pace } = context;
  const { radio, nvm } = ram.state;
  const conditions = { card: cardIn(nvm.sim, context.profile.identity), attachesBare: nvm.cipca === 1 };
  takeRadio(context, settleRadio(radio, conditions, now, pace));
}

/** The network detaches the module. */
export function detach(context: Context): void {
  const { ram, now, pace } = context;
  if (isAttached(ram.state.radio)) takeRadio(context, detached(ram.state.radio, now, pace));
}

/** Takes the new state of the radio, and handles the loss of the network. */
function takeRadio(context: Context, radio: Radio): void {
  const { ram, effects } = context;
  const { state } = ram;
  if (radio !== state.radio) ram.state = { ...state, radio };
  const [was, is] = [isAttached(state.radio), isAttached(radio)];
  if (was !== is) effects.trace({ kind: "network", state: is ? "attached" : "detached" });
  queueRadioUrcs(context);
  if (was && !is) loseNetwork(context);
  if (!was && is) takeNetworkTime(context);
}

/** Sets the clock to the time of the network, which tells it at each attach (EMM INFORMATION, 24.301 5.4.5). */
function takeNetworkTime({ ram, profile, now, epochAtStart }: Context): void {
  const { clock: before, nvm } = ram.state;
  if (nvm.nitz === 0) return;
  const clock = { ahead: 0, zone: profile.surroundings.timeZone };
  ram.state = { ...ram.state, clock };
  const report = before?.zone === clock.zone ? undefined : zoneReport(nvm.ctzr, clock, epochAtStart + now);
  if (report !== undefined) ram.urcQueue.put(report);
}

/** Queues the URCs of what has changed on the radio. */
function queueRadioUrcs({ ram, effects, profile, now }: Context): void {
  const { rrc, contextReports, state, urcQueue } = ram;
  const was = rrc.isAsleep;
  for (const line of rrc.settle(state.radio, state.networkSettings, profile.surroundings, now)) urcQueue.put(line);
  for (const line of contextReports.settle(state.radio, state.networkSettings, profile.surroundings))
    urcQueue.put(line);
  if (rrc.isAsleep !== was) effects.trace({ kind: "network", state: was ? "awake" : "asleep" });
}

/** The network is lost: requests, scheduled answers and the link end. */
function loseNetwork(context: Context): void {
  const { ram, effects } = context;
  const { phase, link } = ram.client.session;
  if (phase !== "idle") ram.lostLink = link;
  failRequests(context);
  loseSockets(context);
  effects.doAll(ram.rrc.abandon(link));
  ram.scheduledUrcs.loseNetwork();
}

/** Schedules the URC of a peer's answer, or the URC when no answer comes. */
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
