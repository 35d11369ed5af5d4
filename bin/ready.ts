import { attachingWords } from "./attaching.js";
import type { FrontEnd } from "./front-ends.js";

/** A front end that is open. */
export interface OpenFrontEnd {
  readonly frontEnd: FrontEnd;
  /** What hosts attach to: a path or an address. */
  readonly at: string;
}

/** What runs, for the ready message. */
export interface Running {
  readonly open: readonly OpenFrontEnd[];
  /** Where the embedded broker listens: `127.0.0.1:1883`. */
  readonly broker: string | undefined;
  /** Somebody types on our own terminal. */
  readonly typed: boolean;
}

/**
 * The ready message for programs: one line of JSON. Each front end stands there under its flag's name, several of a kind as
 * a list; standard input and output have no path to tell.
 */
export const readyJson = ({ open, broker }: Running): string =>
  JSON.stringify({
    event: "ready",
    ...Object.assign({}, ...open.map(({ frontEnd }) => placesOf(frontEnd, open))),
    broker,
  });

function placesOf(frontEnd: FrontEnd, open: readonly OpenFrontEnd[]): Readonly<Record<string, unknown>> {
  if (frontEnd.kind === "stdio") return {};
  const places = open.flatMap(({ frontEnd: { kind }, at }) => (kind === frontEnd.kind ? [at] : []));
  const told = { [frontEnd.kind]: places.length === 1 ? places[0] : places };
  return frontEnd.kind === "pty" ? { ...told, link: frontEnd.link } : told;
}

/** The ready message for people: where the module is, and lines to paste. */
export const readyText = ({ open, broker, typed }: Running): string =>
  [
    ...open.flatMap(({ frontEnd, at }) => attachingWords(frontEnd, at)),
    ...(broker === undefined ? [] : [`A broker is on ${broker}; every name that AT+QMTOPEN opens leads to it.`]),
    typed ? "Ctrl-] leaves." : "Ctrl-C ends it.",
  ].join("\n");
