import type { Octets } from "../../at/octets.js";

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
