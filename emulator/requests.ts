import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import { grantedPassword } from "./cloud/tencent.js";
import type { Board } from "./context.js";
import type { Call, CallId, CallOutcome, PendingCall, PendingCalls, PostFailure } from "./request.js";
import type { ShownOutcome } from "./trace.js";
import { grantedLine, refusedLine, resolvedLine, type TokenFailure } from "./urc.js";

type Kind = Call["kind"];

const never: Millis = Number.POSITIVE_INFINITY;

/** How long the module waits for an answer. A name that is not found in time, whoever looks it up says. */
const patience: { readonly [K in Kind]: Millis } = { resolve: never, post: 195_000 }; // note 3.2.2

/** What the host hears when the time is over. */
const lateLines: { readonly [K in Kind]: Octets } = { resolve: resolvedLine(undefined), post: refusedLine(6) };

/** What it hears when the network goes. decided */
const lostLines: { readonly [K in Kind]: Octets } = { resolve: resolvedLine(undefined), post: refusedLine(2) };

const failures: { readonly [W in PostFailure]: TokenFailure } = {
  unresolved: 1,
  noSocket: 2,
  notHttp: 3,
  sendFailed: 4,
};

const kinds: readonly Kind[] = ["resolve", "post"];

/** When the first call is given up. */
export const callsWakeAt = ({ resolve, post }: PendingCalls): Millis =>
  Math.min(resolve?.until ?? never, post?.until ?? never);

/** Makes a call; it goes out with all that the line has set off. */
export function startCall(board: Board, call: Call): void {
  board.call += 1;
  const id = board.call;
  setCall(board, call.kind, { id, until: board.now + patience[call.kind] });
  board.ram.behind.push({ to: "call", id, act: call });
}

/** Takes in what came of a call, unless it comes too late. */
export function hearCall(board: Board, id: CallId, outcome: CallOutcome): void {
  for (const kind of kinds) {
    const pending = callsOf(board)[kind];
    if (pending?.id === id) setCall(board, kind, { ...pending, outcome });
  }
}

/** Answers are heard while the module is awake, and nothing is waited for beyond its time. */
export function settleCalls(board: Board): void {
  const { resolve, post } = board.ram.state.calls;
  if (resolve === undefined && post === undefined) return; // as nearly always, and this is asked at every turn
  for (const kind of kinds) {
    const pending = callsOf(board)[kind];
    if (pending?.outcome !== undefined && !board.ram.air.isAsleep) answer(board, kind, pending.outcome);
    else if (pending !== undefined && pending.until <= board.now) {
      giveUp(board, kind, pending);
      board.ram.outbox.put(lateLines[kind]);
    }
  }
}

/** The network is gone: nothing will be answered. */
export function loseCalls(board: Board): void {
  for (const kind of dropCalls(board)) board.ram.outbox.put(lostLines[kind]);
}

/** Gives all calls up, and says nothing; which they were. */
export function dropCalls(board: Board): readonly Kind[] {
  return kinds.filter((kind) => {
    const pending = callsOf(board)[kind];
    if (pending !== undefined) giveUp(board, kind, pending);
    return pending !== undefined;
  });
}

const callsOf = ({ ram }: Board): PendingCalls => ram.state.calls;

function setCall({ ram }: Board, kind: Kind, pending: PendingCall | undefined): void {
  const { [kind]: _, ...others } = ram.state.calls;
  ram.state = { ...ram.state, calls: pending === undefined ? others : { ...others, [kind]: pending } };
}

/** One that the running line has only just made does not go out any more; one that is answered needs no word. */
function giveUp(board: Board, kind: Kind, { id, outcome }: PendingCall): void {
  const { ram, effects, now } = board;
  setCall(board, kind, undefined);
  effects.trace({ kind: "outcome", outcome: { kind: "givenUp" } });
  const behind = ram.behind.filter((each) => each.to !== "call" || each.id !== id);
  const isOut = behind.length === ram.behind.length && outcome === undefined;
  ram.behind = behind;
  if (isOut) effects.doAll(ram.air.send({ to: "call", id, act: { kind: "giveUp" } }, now));
}

function answer(board: Board, kind: Kind, outcome: CallOutcome): void {
  const { ram, effects, now } = board;
  setCall(board, kind, undefined);
  ram.air.touch(now);
  effects.trace({ kind: "outcome", outcome: shownOutcome(outcome) });
  if (outcome.kind === "resolved") ram.outbox.put(resolvedLine(outcome.address));
  else if (outcome.kind === "notPosted") ram.outbox.put(refusedLine(failures[outcome.why]));
  else if (outcome.status !== 200) ram.outbox.put(refusedLine(3));
  else takeToken(board, grantedPassword(outcome.body));
}

/** The host gets the password, whoever looks on does not. */
function takeToken({ ram }: Board, token: Octets | undefined): void {
  if (token === undefined) {
    ram.outbox.put(refusedLine(5));
    return;
  }
  ram.state = { ...ram.state, token };
  ram.outbox.put(grantedLine(token), grantedLine("***"));
}

const shownOutcome = (outcome: CallOutcome): ShownOutcome =>
  outcome.kind === "posted" ? { kind: "posted", status: outcome.status, size: outcome.body.length } : outcome;
