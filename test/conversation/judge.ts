import { isDeepStrictEqual } from "node:util";
import { hexBytes, hostHears, hostLines } from "./host-text.js";
import type { Heard } from "./player.js";
import type { Line, Step } from "./script.js";
import { quote, wordsOf } from "./words.js";

/** A run of bytes towards the host, a packet or an event of the link: what is compared. */
type Piece =
  | { readonly wire: "host"; readonly bytes: Buffer }
  | { readonly wire: "port" | "broker" | "network"; readonly text: string; readonly bytes?: Buffer };

/** Bytes to the host have no borders but those of the other wires. */
function joined(pieces: readonly Piece[]): Piece[] {
  const runs: Piece[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (piece.wire === "host" && last?.wire === "host") {
      runs[runs.length - 1] = { wire: "host", bytes: Buffer.concat([last.bytes, piece.bytes]) };
    } else runs.push(piece);
  }
  return runs;
}

/** Neither blanks outside quotes matter, nor how a byte is written. */
const tidy = (text: string): string =>
  wordsOf(text)
    .map((word) => ("quoted" in word ? quote(word.quoted) : word.bare))
    .join(" ");

function expectedPiece({ speaker, text, place }: Line): Piece {
  if (speaker === "host") return { wire: "host", bytes: hostHears(text) };
  if (speaker === "module" || speaker === "clock" || speaker === "trace")
    throw new SyntaxError(`${place}: the ${speaker} hears nothing`);
  const bytes = speaker === "broker" ? hexBytes(text) : undefined;
  return { wire: speaker, text, ...(bytes === undefined ? {} : { bytes }) };
}

function isSame(expected: Piece, heard: Piece | undefined): boolean {
  if (heard === undefined || expected.wire !== heard.wire) return false;
  if (expected.wire === "host") return heard.wire === "host" && expected.bytes.equals(heard.bytes);
  if (heard.wire === "host") return false;
  if (expected.bytes !== undefined) return heard.bytes?.equals(expected.bytes) ?? false;
  return tidy(expected.text) === tidy(heard.text);
}

/** Whether exactly this was heard, in this order, and all of it when the step's time was over. */
export function isAsWritten(step: Step, heard: readonly Heard[], end: number): boolean {
  const expected = joined(step.heard.filter(({ speaker }) => speaker !== "trace").map(expectedPiece));
  const really = joined(heard);
  const same = expected.length === really.length && expected.every((piece, index) => isSame(piece, really[index]));
  return same && heard.every(({ at }) => at === end);
}

/** Whether the log shows exactly this. Its lines have an order of their own. */
export const isTracedAsWritten = (step: Step, traced: readonly string[]): boolean =>
  isDeepStrictEqual(
    step.heard.flatMap(({ speaker, text }) => (speaker === "trace" ? [text] : [])),
    traced,
  );

/** A line of a conversation in its columns. */
export const written = (head: string, text: string): string => `${head.padEnd(7)} ${text}`.trimEnd();

/** What was heard, as a conversation would write it. */
export function transcript(heard: readonly Heard[]): string[] {
  return joined(heard).flatMap((piece) =>
    piece.wire === "host"
      ? hostLines(piece.bytes).map((line) => written("host<", line))
      : [written(`${piece.wire}<`, piece.text)],
  );
}

const span = (millis: number): string => (millis % 1000 === 0 ? `${millis / 1000} s` : `${millis} ms`);

/** What was heard while time passed, with the spans between. */
export function timedTranscript(heard: readonly Heard[], start: number, end: number): string[] {
  const moments = [...new Set([...heard.map(({ at }) => at), end])];
  return moments.flatMap((at, index) => {
    const passed = written("clock>", span(at - (moments[index - 1] ?? start)));
    return [passed, ...transcript(heard.filter((each) => each.at === at))];
  });
}
