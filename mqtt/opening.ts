import type { DownReason, LinkInput, Report, Request } from "./io.js";
import { ended, hangUp, isDue } from "./link-end.js";
import type { Millis } from "./packet.js";
import { chain, doing, nothingOut, type Session, type Step, tell } from "./state.js";

type Opened = Extract<Report, { kind: "opened" }>["result"];

/** How long TCP may take to come up. note 3.2.3 */
const openWithin: Millis = 75_000;

/** The result of a link that did not come up. note 3.2.3 */
const results: { readonly [R in DownReason]: Opened } = {
  unresolved: 4,
  networkGone: 5,
  closed: -1,
  reset: -1,
  refused: -1,
  unreachable: -1,
  timedOut: -1,
  failed: -1,
};

/** QMTOPEN: a new link with a number of its own. */
export function dial(session: Session, input: Extract<Request, { kind: "open" }>, now: Millis): Step {
  const { host, port } = input;
  const link = session.link + 1;
  const dialled: Session = {
    ...session,
    phase: "opening",
    link,
    peer: { host, port },
    deadline: now + openWithin,
    out: nothingOut,
    mayClose: false,
  };
  return doing(dialled, { kind: "dial", link, host, port });
}

/** QMTOPEN while the server has still to close the old link: that one ends first. decided */
export function dialAnew(session: Session, input: Extract<Request, { kind: "open" }>, now: Millis): Step {
  return chain(doing(ended(session), hangUp(session, "end")), (free) => dial(free, input, now));
}

/** TCP is up. */
export function opened(session: Session): Step {
  return doing({ ...session, phase: "open", deadline: undefined }, result(0));
}

/** TCP did not come up. */
export function openFailed(session: Session, input: Extract<LinkInput, { kind: "down" }>): Step {
  return doing(ended(session), result(results[input.reason]));
}

/** TCP did not come up in time. */
export function openOverdue(session: Session, _input: unknown, now: Millis): Step {
  return isDue(session, now)
    ? doing(ended(session), hangUp(session, "reset", "no TCP connection in time"), result(-1))
    : doing(session);
}

function result(result: Opened) {
  return tell({ kind: "opened", result });
}
