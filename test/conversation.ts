import { readdirSync, readFileSync } from "node:fs";
import { deviceOf } from "./conversation/device.js";
import { isAsWritten, isTracedAsWritten, timedTranscript, transcript, written } from "./conversation/judge.js";
import { type Cut, type Heard, Player } from "./conversation/player.js";
import { Punctuality } from "./conversation/punctuality.js";
import { type Block, blocksOf, type Script, type Step, scriptOf, stepsOf } from "./conversation/script.js";
import { traceLines } from "./conversation/trace-lines.js";

const folder = new URL("./conversations/", import.meta.url);

/** The files that hold conversations; the README's is one of them. */
export const files = [...readdirSync(folder).filter((name) => name.endsWith(".md")), "../../README.md"];

/** Where a file of conversations is. */
export const pathOf = (file: string): URL => new URL(file, folder);

/** The conversations of a file. */
export const blocksIn = (file: string): Block[] => blocksOf(file, readFileSync(pathOf(file), "utf8"));

const openings = new Map(blocksIn("openings.md").map((block): [string, Script] => [block.name, scriptOf(block)]));

/** Something else was heard than what is written. */
export interface Difference {
  readonly step: Step;
  /** What was heard, as a conversation would write it; spans of time stand in it where they matter. */
  readonly heard: readonly string[];
}

/** What a play of a conversation came to. */
interface Played {
  readonly differences: readonly Difference[];
  /** Everything that the modem did, to be compared with another play. */
  readonly record: string;
}

/** Plays a conversation to a new modem. */
export function play(block: Block, cut: Cut): Played {
  const script = scriptOf(block);
  const player = new Player(deviceOf(script), cut, new Punctuality());
  const differences: Difference[] = [];
  for (const step of stepsOf(script, openings)) {
    const [start, before] = [player.now, player.effects.length];
    const heard = attempt(step, () => player.play(step.said));
    const isOwn = script.hearsTrace && script.steps.includes(step);
    const traced = isOwn ? traceLines(player.effects.slice(before)) : [];
    if (isAsWritten(step, heard, player.now) && isTracedAsWritten(step, traced)) continue;
    const lines = traced.map((line) => written("trace<", line));
    differences.push({ step, heard: [...report(step, heard, start, player.now), ...lines] });
  }
  return { differences, record: JSON.stringify(player.effects) };
}

/** An exception tells which line it came from. */
function attempt<T>({ said }: Step, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error) error.message = `${said.place}  ${said.speaker}> ${said.text}\n${error.message}`;
    throw error;
  }
}

function report({ said }: Step, heard: readonly Heard[], start: number, end: number): string[] {
  const early = heard.some(({ at }) => at !== end);
  return early ? timedTranscript(heard, start, end) : [written(`${said.speaker}>`, said.text), ...transcript(heard)];
}

/** A difference for people. */
export function complaint({ step, heard }: Difference, how: string): string {
  const expected = step.heard.map(({ speaker, text }) => written(`${speaker}<`, text));
  const quoted = (lines: readonly string[]) => lines.map((line) => `      ${line}`).join("\n");
  const said = written(`${step.said.speaker}>`, step.said.text);
  return `${step.said.place} (played ${how})\n${quoted([said])}\n    written\n${quoted(expected)}\n    heard\n${quoted(heard.slice(heard[0] === said ? 1 : 0))}`;
}
