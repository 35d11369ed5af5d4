import type { Input, LinkId } from "../mqtt/session.js";
import type { Context } from "./context.js";
import type { LinkEvent } from "./io.js";
import type { LineOutcome } from "./mqtt-client.js";
import { sendPendingUrcs } from "./uart-output.js";
import { urc } from "./urc.js";

/** Takes an event of a link. Events of a link that is not the current one are ignored. */
export function takeLinkEvent(context: Context, link: LinkId, event: LinkEvent): void {
  const { client, rrc } = context.ram;
  if (event.kind === "down") rrc.forget(link);
  if (!client.isCurrent(link)) return;
  if (event.kind === "up") context.effects.trace({ kind: "up", link });
  if (event.kind === "down") context.effects.trace({ kind: "down", link, reason: event.reason });
  noteRadioTraffic(context, event);
  if (event.kind === "sent") step(context, client.left(event.total));
  else client.put(event);
}

/** Received traffic keeps the RRC connection up. During PSM only the answer to our own SYN counts. */
function noteRadioTraffic({ ram: { client, rrc }, now }: Context, { kind }: LinkEvent): void {
  const heard = !rrc.isAsleep || client.session.phase === "opening";
  if (heard && kind !== "sent" && kind !== "sendFailed") rrc.touch(now);
}

/** Passes each outcome on: to the URC queue, to the network, or to the trace. */
export function routeOutcomes({ ram, profile, effects, now }: Context, outcomes: readonly LineOutcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.to === "urcQueue") ram.urcQueue.put(urc(outcome.report, profile.quirks));
    else if (outcome.to === "rrc") ram.rrc.release(now);
    else if (outcome.to === "link" || outcome.to === "call" || outcome.to === "socket") {
      if (outcome.to === "call" && outcome.act.kind !== "giveUp")
        effects.trace({ kind: "call", call: effects.secrets.request(outcome.act) });
      if (ram.rrc.send(outcome, now)) effects.do(outcome);
    } else effects.do(outcome);
  }
}

/** Gives the MQTT client an input that is not from a command line. */
export function step(context: Context, input: Input): void {
  const { client, state } = context.ram;
  routeOutcomes(context, client.step(input, context.now, state.mqttSettings));
}

/** Reports a lost network to the MQTT client, after the line that lost it, even if the network is back. */
export function dropLostLink(context: Context): void {
  const { ram } = context;
  const { lostLink } = ram;
  ram.lostLink = undefined;
  if (lostLink === undefined || !ram.client.isCurrent(lostLink)) return;
  routeOutcomes(context, [{ to: "link", link: lostLink, act: { kind: "reset" } }]);
  step(context, { kind: "down", reason: "networkGone" });
}

/** Reads packets of the broker while the URC queue and the backlog to TCP have room. */
export function readPackets(context: Context): void {
  const { client, urcQueue, rrc } = context.ram;
  while (!urcQueue.isFull && !client.isClogged && !rrc.isAsleep) {
    const input = client.next();
    if (input === undefined) break;
    if (input.kind === "packet" && context.effects.isTraced)
      context.effects.trace({ kind: "packet", way: "received", packet: input.packet });
    if (input.kind === "violation") context.effects.trace({ kind: "violation", why: input.why });
    step(context, input);
    sendPendingUrcs(context);
  }
  controlReading(context);
}

/** Stops and resumes reading from the link: received bytes wait in TCP while a queue is full or the module is in PSM. */
function controlReading({ ram, effects }: Context): void {
  const { client, urcQueue, rrc, paused } = ram;
  const { link, phase } = client.session;
  const pausable = phase === "idle" || phase === "opening" ? undefined : link;
  const pause = urcQueue.isFull || client.isClogged || rrc.isAsleep ? pausable : undefined;
  if (pause === paused) return;
  ram.paused = pause;
  if (pausable !== undefined) effects.do({ to: "link", link, act: { kind: pause === undefined ? "resume" : "pause" } });
}
