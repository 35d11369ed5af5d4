import type { Input, LinkId } from "../mqtt/session.js";
import { veiledForm } from "./cloud/tencent.js";
import type { Board } from "./context.js";
import type { LinkEvent } from "./io.js";
import type { Outcome } from "./mqtt-client.js";
import type { Call } from "./request.js";
import { release } from "./uart-output.js";
import { urc } from "./urc.js";

/** Takes in what a link tells; what one tells that is no longer ours comes too late. */
export function hearLink(board: Board, link: LinkId, event: LinkEvent): void {
  const { client, air } = board.ram;
  if (event.kind === "down") air.forget(link);
  if (!client.isCurrent(link)) return;
  if (event.kind === "up") board.effects.trace({ kind: "up", link });
  if (event.kind === "down") board.effects.trace({ kind: "down", link, reason: event.reason });
  noteTraffic(board, event);
  if (event.kind === "sent") step(board, client.left(event.total));
  else client.put(event);
}

/** What the network sends keeps the connection up; asleep the module hears it only while its own SYN is repeated. */
function noteTraffic({ ram: { client, air }, now }: Board, { kind }: LinkEvent): void {
  const heard = !air.isAsleep || client.session.phase === "opening";
  if (heard && kind !== "sent" && kind !== "sendFailed") air.touch(now);
}

/** Sends each outcome its way: to the host, to the network, or to whoever looks on. */
export function route({ ram, profile, effects, now }: Board, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.to === "outbox") ram.outbox.put(urc(outcome.report, profile.quirks));
    else if (outcome.to === "link") effects.doAll(ram.air.send(outcome, now));
    else if (outcome.to === "call") {
      if (outcome.act.kind !== "giveUp") effects.trace({ kind: "call", call: veiledCall(outcome.act) });
      effects.doAll(ram.air.send(outcome, now));
    } else effects.do(outcome);
  }
}

/** A call as observers may see it. */
const veiledCall = (call: Call): Call => (call.kind === "post" ? { ...call, body: veiledForm(call.body) } : call);

/** The client takes what no line has asked for. */
export function step(board: Board, input: Input): void {
  const { client, state } = board.ram;
  route(board, client.step(input, board.now, state.settings));
}

/** The client learns of a lost network when the line that lost it is done, even if it is back by then. */
export function dropLostLink(board: Board): void {
  const { ram } = board;
  const { lostLink } = ram;
  ram.lostLink = undefined;
  if (lostLink === undefined || !ram.client.isCurrent(lostLink)) return;
  route(board, [{ to: "link", link: lostLink, act: { kind: "reset" } }]);
  step(board, { kind: "down", reason: "networkGone" });
}

/** The client reads what the broker has sent, as far as there is room for what comes of it. */
export function readLink(board: Board): void {
  const { client, outbox, air } = board.ram;
  while (!outbox.isFull && !client.isClogged && !air.isAsleep) {
    const input = client.next();
    if (input === undefined) break;
    if (input.kind === "packet") board.effects.trace({ kind: "packet", way: "came", packet: input.packet });
    if (input.kind === "violation") board.effects.trace({ kind: "violation", why: input.why });
    step(board, input);
    release(board);
  }
  regulate(board);
}

/** While too much waits for the host or for TCP, or the radio sleeps, what the broker sends waits in TCP. */
function regulate({ ram, effects }: Board): void {
  const { client, outbox, air, paused } = ram;
  const { link, phase } = client.session;
  const pausable = phase === "idle" || phase === "opening" ? undefined : link;
  const pause = outbox.isFull || client.isClogged || air.isAsleep ? pausable : undefined;
  if (pause === paused) return;
  ram.paused = pause;
  if (pausable !== undefined) effects.do({ to: "link", link, act: { kind: pause === undefined ? "resume" : "pause" } });
}
