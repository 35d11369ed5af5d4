import { maskLine, withSecrets } from "../../at/mask.js";
import { fromText, type Octets } from "../../at/octets.js";
import { commandNamed, commands } from "../../emulator/commands/index.js";

/** An answer as far as it has come. */
export type Answer =
  | { readonly kind: "final"; readonly lines: readonly Octets[]; readonly result: Octets; readonly rest: Octets }
  | { readonly kind: "prompt" };

const final = /\r\n(OK|ERROR|\+CME ERROR: [^\r\n]*)\r\n|(?:^|\r\n)([04])\r(?!\n)/; // the latter in ATV0
const prompt = /\r\n> ?$/;
/** A block ends where another one begins, or with what was said: a payload may have line ends of its own. */
const block = /\r\n([\s\S]+?)\r\n(?=\r\n|$)/y;

/** What the module says to a command; undefined while it is not complete. */
export function answerIn(text: Octets): Answer | undefined {
  const found = final.exec(text);
  if (found === null) return prompt.test(text) ? { kind: "prompt" } : undefined;
  const lines = text.slice(0, found.index).split(/\r\n/).filter(Boolean);
  const rest = text.slice(found.index + found[0].length);
  const result = found[1] ?? (found[2] === "0" ? "OK" : "ERROR");
  return { kind: "final", lines, result, rest };
}

/** What the module says unasked, block by block, without their frames; what is no block is passed over. */
export function blocksIn(text: Octets): readonly Octets[] {
  const blocks: Octets[] = [];
  block.lastIndex = Math.max(text.indexOf("\r\n"), 0);
  for (let found = block.exec(text); found !== null; found = block.exec(text)) blocks.push(found[1] ?? "");
  return blocks;
}

const secretive = withSecrets(commands);

/** A command line as a message may show it. */
export const masked = (line: string): string =>
  maskLine(fromText(line), secretive, (name) => commandNamed(name) !== undefined);

/** A command that was not answered with OK. */
export class AtError extends Error {
  override readonly name = "AtError";
  /** The command line, secrets masked. */
  readonly command: string;
  /** The final result: `ERROR` or `+CME ERROR: 50`. */
  readonly result: string;
  /** What was said before it. */
  readonly lines: readonly string[];

  constructor(command: string, result: string, lines: readonly string[]) {
    super(`${masked(command)} was answered ${result}`);
    this.command = masked(command);
    this.result = result;
    this.lines = lines;
  }
}
