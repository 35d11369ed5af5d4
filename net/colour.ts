/** The part of the environment that decides on colours. */
export type ColourEnvironment = Readonly<Partial<Record<"NO_COLOR" | "FORCE_COLOR" | "TERM", string>>>;

/** Whether output is coloured. FORCE_COLOR says so (0: not), then NO_COLOR (no-color.org); else a terminal has colours. */
export function wantsColour({ NO_COLOR, FORCE_COLOR, TERM }: ColourEnvironment, isTerminal: boolean): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return isTerminal && TERM !== "dumb";
}

/** What a line, or a row of a chart, is about. */
export type Tone =
  | "command"
  | "answer"
  | "urc"
  | "packet"
  | "again"
  | "trouble"
  | "warning"
  | "link"
  | "module"
  | "quiet";

/** How a terminal shows each tone (ECMA-48, SGR): by its own colours, so that they fit a dark and a light one. */
export const sgr: Readonly<Record<Tone, string>> = {
  command: "36",
  answer: "32",
  urc: "35",
  packet: "94",
  again: "33",
  trouble: "31",
  warning: "33",
  link: "94",
  module: "1",
  quiet: "2",
};

export const painted = (text: string, colour: string): string => `\x1b[${colour}m${text}\x1b[0m`;

/** Results that tell of a failure, and those that tell of another attempt. note, tables of +QMTOPEN … +QMTSTAT */
const failed =
  /^\+QMT(?:STAT:|OPEN: ?\d+,(?!0$)|CLOSE: ?\d+,-|CONN: ?\d+,(?:2|0,[1-9])|DISC: ?\d+,-|(?:PUB|SUB|UNS): ?\d+,\d+,2|SUB: ?\d+,\d+,0,128)/;
const repeated = /^\+QMT(?:CONN: ?\d+,1|(?:PUB|SUB|UNS): ?\d+,\d+,1)/;

/** The tone of an unsolicited line. */
export function urcTone(line: string): Tone {
  if (failed.test(line)) return "trouble";
  return repeated.test(line) ? "again" : "urc";
}

/** The tone of an answer. */
export const answerTone = (line: string): Tone => (/^(?:ERROR|\+CM[ES] ERROR)/.test(line) ? "trouble" : "answer");
