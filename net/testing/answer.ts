import { fromText, type Octets } from "../../at/octets.js";
import { maskedLine } from "../../emulator/secrets.js";

/** What the module has answered to a command: lines and a final result, or a prompt. `rest` is what follows the result. */
export type Answer =
  | { readonly kind: "final"; readonly lines: readonly Octets[]; readonly result: Octets; readonly rest: Octets }
  | { readonly kind: "prompt" };

/** A final result. */
const final = /\r\n(OK|ERROR|\+CME ERROR: [^\r\n]*)\r\n|(?:^|\r\n)([04])\r(?!\n)/; // the latter in ATV0
/** A prompt for a payload. */
const prompt = /\r\n> ?$/;
/** A framed line. It ends where another one begins, or at the end: a payload may have line ends of its own. */
const framed = /\r\n([\s\S]+?)\r\n(?=\r\n|$)/y;

/** The answer in the module's output; undefined while it is not complete. */
export function answerIn(text: Octets): Answer | undefined {
  const found = final.exec(text);
  if (found === null) return prompt.test(text) ? { kind: "prompt" } : undefined;
  const lines = text.slice(0, found.index).split(/\r\n/).filter(Boolean);
  const rest = text.slice(found.index + found[0].length);
  const result = found[1] ?? (found[2] === "0" ? "OK" : "ERROR");
  return { kind: "final", lines, result, rest };
}

/** The URCs in the module's output, without frames; what is not framed is ignored. */
export function urcsIn(text: Octets): readonly Octets[] {
  const urcs: Octets[] = [];
  framed.lastIndex = Math.max(text.indexOf("\r\n"), 0);
  for (let found = framed.exec(text); found !== null; found = framed.exec(text)) urcs.push(found[1] ?? "");
  return urcs;
}

/** A command line with its secrets masked, for messages. Data of AT+NSOSD may be a part of a secret. */
export const masked = (line: string): string =>
  maskedLine(fromText(line)).replace(/(nsosd[^;\r\n]*,[ "]*)[0-9a-f]{4,}/gi, "$1***");

/** What the module has said, likewise: it may echo command lines. */
export const maskedEcho = (text: string): string => text.replace(/at\+[^\r\n]*/gi, masked);

/** The error of `host.command`: the final result of a command was not OK. */
export class AtError extends Error {
  override readonly name = "AtError";
  /** The command line, secrets masked. */
  readonly command: string;
  /** The final result: `ERROR` or `+CME ERROR: 50`. */
  readonly result: string;
  /** The information lines before it. */
  readonly lines: readonly string[];

  constructor(command: string, result: string, lines: readonly string[]) {
    super(`${masked(command)} was answered ${result}`);
    this.command = masked(command);
    this.result = result;
    this.lines = lines;
  }
}
