import { isDeepStrictEqual } from "node:util";
import { expectedHostBytes, hexBytes, hostLines } from "./host-text.js";
import { quote, tokensOf } from "./notation-reader.js";
import type { Output } from "./player.js";
import type { Line, Step } from "./script.js";

/** What is compared: a run of bytes to the host, a packet to the broker, or an event of a link or port. */
type Piece =
  | { readonly channel: "host"; readonly bytes: Buffer }
  | { readonly channel: "port" | "broker" | "network" | "peer"; readonly text: string; readonly bytes?: Buffer };

/** Joins neighbouring runs of bytes to the host: only output on another channel separates them. */
function joined(pieces: readonly Piece[]): Piece[] {
  const runs: Piece[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (piece.channel === "host" && last?.channel === "host") {
      runs[runs.length - 1] = { channel: "host", bytes: Buffer.concat([last.bytes, piece.bytes]) };
    } else runs.push(piece);
  }
  return runs;
}

/** The text with one blank between its tokens, and its escapes in one form. */
const normalized = (text: string): string =>
  tokensOf(text)
    .map((token) => ("quoted" in token ? quote(token.quoted) : token.bare))
    .join(" ");

function expectedPiece({ channel, text, place }: Line): Piece {
  if (channel === "host") return { channel: "host", bytes: expectedHostBytes(text) };
  if (channel === "module" || channel === "fault" || channel === "clock" || isAside(channel))
    throw new SyntaxError(`${place}: the ${channel} hears nothing`);
  const bytes = channel === "broker" ? hexBytes(text) : undefined;
  return { channel, text, ...(bytes === undefined ? {} : { bytes }) };
}

function isSame(expected: Piece, actual: Piece | undefined): boolean {
  if (actual === undefined || expected.channel !== actual.channel) return false;
  if (expected.channel === "host") return actual.channel === "host" && expected.bytes.equals(actual.bytes);
  if (actual.channel === "host") return false;
  if (expected.bytes !== undefined) return actual.bytes?.equals(expected.bytes) ?? false;
  return normalized(expected.text) === normalized(actual.text);
}

/** Whether the output is exactly the expected one, in its order, and all of it came at the end of the step. */
export function isAsExpected(step: Step, output: readonly Output[], end: number): boolean {
  const expected = joined(step.expected.filter(({ channel }) => !isAside(channel)).map(expectedPiece));
  const actual = joined(output);
  const isEqual = expected.length === actual.length && expected.every((piece, index) => isSame(piece, actual[index]));
  return isEqual && output.every(({ at }) => at === end);
}

/** Lines of the log, and of the referee. Their order is independent of the other channels. */
const isAside = (channel: Line["channel"]): channel is "trace" | "referee" =>
  channel === "trace" || channel === "referee";

/** Whether the log, or the referee, has exactly the expected lines. */
export const isAsideAsExpected = (step: Step, channel: "trace" | "referee", lines: readonly string[]): boolean =>
  isDeepStrictEqual(
    step.expected.flatMap((line) => (line.channel === channel ? [line.text] : [])),
    lines,
  );

/** A line of a conversation, in its columns. */
export const lineText = (head: string, text: string): string => `${head.padEnd(7)} ${text}`.trimEnd();

/** Output as lines of a conversation. */
export function transcript(output: readonly Output[]): string[] {
  return joined(output).flatMap((piece) =>
    piece.channel === "host"
      ? hostLines(piece.bytes).map((line) => lineText("host<", line))
      : [lineText(`${piece.channel}<`, piece.text)],
  );
}

const spanText = (millis: number): string => (millis % 1000 === 0 ? `${millis / 1000} s` : `${millis} ms`);

/** Output during a span of time as lines of a conversation, with `clock>` lines in between. */
export function timedTranscript(output: readonly Output[], start: number, end: number): string[] {
  const times = [...new Set([...output.map(({ at }) => at), end])];
  return times.flatMap((at, index) => {
    const passed = lineText("clock>", spanText(at - (times[index - 1] ?? start)));
    return [passed, ...transcript(output.filter((each) => each.at === at))];
  });
}
