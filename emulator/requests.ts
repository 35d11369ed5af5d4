import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import { grantedPassword } from "./cloud/tencent.js";
import type { Context } from "./context.js";
import type {
  NetworkRequest,
  PendingRequest,
  PendingRequests,
  PostFailure,
  RequestId,
  RequestOutcome,
} from "./request.js";
import type { ShownOutcome } from "./trace.js";
import { grantedLine, refusedLine, resolvedLine, type TokenFailure } from "./urc.js";

type Kind = NetworkRequest["kind"];

const never: Millis = Number.POSITIVE_INFINITY;

/** How long the module waits for an answer, in ms. A look-up has a time limit of its own, outside the module. */
const answerTimeoutMs: { readonly [K in Kind]: Millis } = { resolve: never, post: 195_000 }; // note 3.2.2

/** The URC after a time-out. */
const lateLines: { readonly [K in Kind]: Octets } = { resolve: resolvedLine(undefined), post: refusedLine(6) };

/** The URC after the loss of the network. decided */
const lostLines: { readonly [K in Kind]: Octets } = { resolve: resolvedLine(undefined), post: refusedLine(2) };

const failures: { readonly [W in PostFailure]: TokenFailure } = {
  unresolved: 1,
  noSocket: 2,
  notHttp: 3,
  sendFailed: 4,
};

const kinds: readonly Kind[] = ["resolve", "post"];

/** The earliest deadline of the pending requests. */
export const requestsWakeAt = ({ resolve, post }: PendingRequests): Millis =>
  Math.min(resolve?.until ?? never, post?.until ?? never);

/** Starts a request. It is sent after the final result of the line. */
export function startRequest(context: Context, request: NetworkRequest): void {
  context.lastRequest += 1;
  const id = context.lastRequest;
  setRequest(context, request.kind, { id, until: context.now + answerTimeoutMs[request.kind] });
  context.ram.afterResult.push({ to: "call", id, act: request });
}

/** Takes the outcome of a request. The outcome of a request that has ended is ignored. */
export function takeOutcome(context: Context, id: RequestId, outcome: RequestOutcome): void {
  for (const kind of kinds) {
    const pending = requestsOf(context)[kind];
    if (pending?.id === id) setRequest(context, kind, { ...pending, outcome });
  }
}

/** Handles outcomes unless the module is in PSM, and requests that have timed out. */
export function settleRequests(context: Context): void {
  const { resolve, post } = context.ram.state.requests;
  if (resolve === undefined && post === undefined) return; // the usual case, and this runs for each input
  for (const kind of kinds) {
    const pending = requestsOf(context)[kind];
    if (pending?.outcome !== undefined && !context.ram.rrc.isAsleep) answer(context, kind, pending.outcome);
    else if (pending !== undefined && pending.until <= context.now) {
      giveUp(context, kind, pending);
      context.ram.urcQueue.put(lateLines[kind]);
    }
  }
}

/** Ends all requests because the network is lost, each with its URC. */
export function failRequests(context: Context): void {
  for (const kind of dropRequests(context)) context.ram.urcQueue.put(lostLines[kind]);
}

/** Ends all requests without a URC; returns their kinds. */
export function dropRequests(context: Context): readonly Kind[] {
  return kinds.filter((kind) => {
    const pending = requestsOf(context)[kind];
    if (pending !== undefined) giveUp(context, kind, pending);
    return pending !== undefined;
  });
}

const requestsOf = ({ ram }: Context): PendingRequests => ram.state.requests;

function setRequest({ ram }: Context, kind: Kind, pending: PendingRequest | undefined): void {
  const { [kind]: _, ...others } = ram.state.requests;
  ram.state = { ...ram.state, requests: pending === undefined ? others : { ...others, [kind]: pending } };
}

/** Ends a request. If it was not sent, it is dropped. If it was sent and has no outcome, it is cancelled. */
function giveUp(context: Context, kind: Kind, { id, outcome }: PendingRequest): void {
  const { ram, effects, now } = context;
  setRequest(context, kind, undefined);
  effects.trace({ kind: "outcome", outcome: { kind: "givenUp" } });
  const others = ram.afterResult.filter((each) => each.to !== "call" || each.id !== id);
  const isSent = others.length === ram.afterResult.length && outcome === undefined;
  ram.afterResult = others;
  const cancellation = { to: "call", id, act: { kind: "giveUp" } } as const;
  if (isSent && ram.rrc.send(cancellation, now)) effects.do(cancellation);
}

function answer(context: Context, kind: Kind, outcome: RequestOutcome): void {
  const { ram, effects, now } = context;
  setRequest(context, kind, undefined);
  ram.rrc.touch(now);
  effects.trace({ kind: "outcome", outcome: shownOutcome(outcome) });
  if (outcome.kind === "resolved") ram.urcQueue.put(resolvedLine(outcome.address));
  else if (outcome.kind === "notPosted") ram.urcQueue.put(refusedLine(failures[outcome.why]));
  else if (outcome.status !== 200) ram.urcQueue.put(refusedLine(3));
  else takeToken(context, grantedPassword(outcome.body));
}

/** Sends the password to the host; the trace shows it masked. */
function takeToken({ ram }: Context, token: Octets | undefined): void {
  if (token === undefined) {
    ram.urcQueue.put(refusedLine(5));
    return;
  }
  ram.state = { ...ram.state, token };
  ram.urcQueue.put(grantedLine(token), grantedLine("***"));
}

const shownOutcome = (outcome: RequestOutcome): ShownOutcome =>
  outcome.kind === "posted" ? { kind: "posted", status: outcome.status, size: outcome.body.length } : outcome;
