import type { Octets } from "../../at/octets.js";

/** A piece of a stream as it was recorded. */
export interface Piece {
  readonly octets: Octets;
}

/** A part of a stream that gets another text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: Octets;
}

/**
 * The pieces of one direction without the stars that hide whole lines. The bytes of a trace hide more than its lines: all
 * behind the name of a command that may have a secret. `lines` are the lines of the same trace in their order, in which only
 * the secret itself is `***`. A line that none of them fits stays as it is.
 */
export function unmasked<P extends Piece>(pieces: readonly P[], lines: readonly Octets[]): readonly P[] {
  const stream = pieces.map(({ octets }) => octets).join("");
  if (!stream.includes("*")) return pieces;
  const edits: Edit[] = [];
  let next = 0;
  const search = (is: (line: Octets) => boolean): number | undefined => {
    for (let at = next; at < Math.min(lines.length, next + maxSkipped); at += 1) if (is(lines[at] ?? "")) return at;
    return undefined;
  };
  for (const { index: from, 0: masked } of stream.matchAll(/[^\r\n\x1a\x1b]+/g)) {
    const isMasked = masked.includes("*");
    const at = search((line) => line === masked || (isMasked && fits(masked, line)));
    if (at === undefined) continue;
    next = at + 1;
    const text = lines[at] ?? "";
    if (text === masked) continue;
    const same = masked.indexOf("*");
    edits.push({ from: from + same, to: from + masked.length, text: text.slice(same) });
  }
  return applied(pieces, edits);
}

/** How many lines are looked through for one of the stream: some have no bytes, and others no line. */
const maxSkipped = 50;

const fits = (masked: Octets, line: Octets): boolean => {
  const same = masked.indexOf("*");
  return line.startsWith(masked.slice(0, same)) && (line.length === masked.length || line.includes("***"));
};

/** The text of an edit comes with the last piece that it touches. */
function applied<P extends Piece>(pieces: readonly P[], edits: readonly Edit[]): readonly P[] {
  let start = 0;
  let at = 0;
  return pieces.map((piece) => {
    const end = start + piece.octets.length;
    let octets = "";
    let from = start;
    for (let edit = edits[at]; edit !== undefined && edit.from < end; edit = edits[at]) {
      octets += piece.octets.slice(from - start, Math.max(from, edit.from) - start);
      from = Math.min(edit.to, end);
      if (edit.to > end) break;
      octets += edit.text;
      at += 1;
    }
    octets += piece.octets.slice(from - start);
    start = end;
    return { ...piece, octets };
  });
}
