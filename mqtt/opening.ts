import type { DownReason, LinkInput, Report, Request } from "./io.js";
import { ended, hangUp, isDue } from "./link-end.js";
import type { Millis } from "./packet.js";
import { chain, change, nothingSent, type Session, type Step, stepTo, tell } from "./state.js";

type OpenResult = Extract<Report, { kind: "opened" }>["result"];

/** How long a TCP connection may take to be established, in ms. note 3.2.3 */
const openTimeout: Millis = 75_000;

/** The result for a link that could not be established. note 3.2.3 */
const results: { readonly [R in DownReason]: OpenResult } = {
  unresolved: 4,
  networkGone: 5,
  pdpRefused: 3,
  closed: -1,
  reset: -1,
  refused: -1,
  unreachable: -1,
  timedOut: -1,
  failed: -1,
};

/** QMTOPEN: dials a new link with a new number. */
export function dial(session: Session, input: Extract<Request, { kind: "open" }>, now: Millis): Step {
  const { host, port } = input;
  const link = session.link + 1;
  const dialled = change(session, {
    phase: "opening",
    link,
    peer: { host, port },
    deadline: now + openTimeout,
    out: nothingSent,
    mayClose: false,
  });
  return stepTo(dialled, { kind: "dial", link, host, port });
}

/** QMTOPEN while the server has not closed the old link yet: the old link is closed first. decided */
export function dialAgain(session: Session, input: Extract<Request, { kind: "open" }>, now: Millis): Step {
  return chain(stepTo(ended(session), hangUp(session, "end")), (idle) => dial(idle, input, now));
}

/** TCP is established. */
export function opened(session: Session): Step {
  return stepTo(change(session, { phase: "open", deadline: undefined }), result(0));
}

/** TCP was not established. */
export function openFailed(session: Session, input: Extract<LinkInput, { kind: "down" }>): Step {
  return stepTo(ended(session), result(results[input.reason]));
}

/** Gives up where TCP was not established in time. */
export function openOverdue(session: Session, _input: unknown, now: Millis): Step {
  return isDue(session, now)
    ? stepTo(ended(session), hangUp(session, "reset", "no TCP connection in time"), result(-1))
    : stepTo(session);
}

function result(result: OpenResult) {
  return tell({ kind: "opened", result });
}
