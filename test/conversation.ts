import { readdirSync, readFileSync } from "node:fs";
import * as v from "valibot";
import { FaultyModem } from "../emulator/faults/faulty-modem.js";
import { readSentence } from "../emulator/faults/language/read-sentence.js";
import type { Sentence } from "../emulator/faults/language/sentence.js";
import type { Effect } from "../emulator/io.js";
import { profileWith } from "../emulator/profile/profiles.js";
import { timings } from "../emulator/radio/timing.js";
import type { TraceEvent } from "../emulator/trace.js";
import { Log } from "../net/log.js";
import type { RecordedEvent } from "../net/trace/recorded-event.js";
import { Recorder } from "../net/trace/recorder.js";
import { traceEvent } from "../net/trace/trace-schema.js";
import { isAsExpected, isAsideAsExpected, lineText, timedTranscript, transcript } from "./conversation/comparison.js";
import { type Chunks, type Output, Player } from "./conversation/player.js";
import { ConversationReferee } from "./conversation/referee.js";
import { ResponseTimes } from "./conversation/response-times.js";
import { type Block, blocksOf, type Script, type Step, scriptOf, stepsOf } from "./conversation/script.js";
import { userPages } from "./markdown.js";

const folder = new URL("./conversations/", import.meta.url);

/** The files that hold conversations, relative to their folder; some pages of the docs are among them. */
export const files = [
  ...readdirSync(folder).filter((name) => name.endsWith(".md")),
  ...userPages.filter(({ text }) => text.includes("```talk\n")).map(({ path }) => `../../${path}`),
];

/** The URL of a file of conversations. */
export const pathOf = (file: string): URL => new URL(file, folder);

/** The conversations of a file. */
export const blocksIn = (file: string): Block[] => blocksOf(file, readFileSync(pathOf(file), "utf8"));

const openings = new Map(blocksIn("openings.md").map((block): [string, Script] => [block.name, scriptOf(block)]));

/** A step whose output is not as expected. */
export interface Difference {
  readonly step: Step;
  /** The step with its real output, as lines of a conversation; spans of time stand between them where they matter. */
  readonly actual: readonly string[];
}

/** The result of playing a conversation. */
interface Played {
  readonly differences: readonly Difference[];
  /** The rules by which the referee finds an error, where the block does not show findings. */
  readonly errors: readonly string[];
  /** All effects of the module as text, to be compared with another play. */
  readonly record: string;
}

/** Plays a conversation with a new module. Throws where a line cannot be played, or a response takes too long. */
export function play(block: Block, chunks: Chunks): Played {
  const script = scriptOf(block);
  const steps = stepsOf(script, openings);
  const isFaulty = script.faults.length > 0 || steps.some(({ input }) => input.channel === "fault");
  const referee = new ConversationReferee();
  const observers = isFaulty ? [referee] : [referee, new ResponseTimes()];
  const player = new Player(modemFor(script), chunks, observers);
  const differences: Difference[] = [];
  for (const step of steps) {
    const [start, before] = [player.now, player.effects.length];
    const output = withPlace(step, () => player.play(step.input));
    const isOwn = script.steps.includes(step);
    const trace = isOwn && script.showsTrace ? traceLines(player.effects.slice(before)) : [];
    const found = referee.findings(player.now).map(({ severity, rule, text }) => `${severity} ${rule}: ${text}`);
    const findings = isOwn && script.showsFindings ? found : [];
    const isAsides = isAsideAsExpected(step, "trace", trace) && isAsideAsExpected(step, "referee", findings);
    if (isAsExpected(step, output, player.now) && isAsides) continue;
    const asides = [
      ...trace.map((line) => lineText("trace<", line)),
      ...findings.map((line) => lineText("referee<", line)),
    ];
    differences.push({ step, actual: [...stepText(step, output, start, player.now), ...asides] });
  }
  for (const effect of player.effects) if (effect.to === "trace") assertRecorded(effect.event);
  const errors = script.showsFindings ? [] : referee.errors;
  return { differences, errors, record: JSON.stringify([player.effects, referee.all]) };
}

/** The events of a conversation, as they stand in a trace. */
export function eventsOf(block: Block): readonly RecordedEvent[] {
  const script = scriptOf(block);
  const events: RecordedEvent[] = [];
  const recorder = new Recorder(false);
  const observe = (happened: TraceEvent, t: number): void => {
    const event = { seq: events.length + 1, t, wall: 0, happened, cause: undefined };
    recorder.settle(event);
    events.push(recorder.record(event));
  };
  const player = new Player(modemFor(script), "whole", [{ observe, passed: () => {} }]);
  for (const step of stepsOf(script, openings)) withPlace(step, () => player.play(step.input));
  return events;
}

/** Throws where an event would be recorded in another shape than that of the trace's schema. */
function assertRecorded(event: TraceEvent): void {
  const line = JSON.parse(
    JSON.stringify(new Recorder(false).record({ seq: 1, t: 0, wall: 0, happened: event, cause: undefined })),
  );
  const { issues } = v.safeParse(traceEvent, line);
  if (issues) throw new Error(`${JSON.stringify(line)}: ${issues.map(({ message }) => message).join(", ")}`);
}

/** A new module for a conversation. */
function modemFor({ faults, quirks, identity, surroundings, timing, seed, epoch }: Script): FaultyModem {
  if (!isTiming(timing)) throw new SyntaxError(`there is no timing "${timing}"`);
  const epochAtStart = Date.parse(epoch);
  if (Number.isNaN(epochAtStart) || !/^\d+$/.test(seed)) throw new SyntaxError("a seed is a number, an epoch a date");
  const standard = profileWith(quirks);
  const profile = {
    ...standard,
    timing,
    identity: withFields(standard.identity, identity),
    surroundings: withFields(standard.surroundings, surroundings),
  };
  return new FaultyModem({ profile, seed: Number(seed), epochAtStart, faults: faults.map(sentenceOf) });
}

function sentenceOf(text: string): Sentence {
  const read = readSentence(text);
  if ("problem" in read) throw new SyntaxError(read.problem);
  return read.sentence;
}

const isTiming = (name: string): name is keyof typeof timings => Object.hasOwn(timings, name);

/** Fields of a profile with some of them changed; a number stays a number. */
function withFields<F extends object>(standard: F, changed: Readonly<Record<string, string>>): F {
  const known = new Map<string, unknown>(Object.entries(standard));
  const changes = Object.entries(changed).map(([name, text]): [string, string | number] => {
    if (!known.has(name)) throw new SyntaxError(`there is no "${name}" in the profile`);
    return [name, typeof known.get(name) === "number" ? Number(text) : text];
  });
  return { ...standard, ...Object.fromEntries(changes) };
}

/** The lines of the log at level `trace` for some effects. */
function traceLines(effects: readonly Effect[]): readonly string[] {
  const lines: string[] = [];
  const log = new Log("trace", (line) => lines.push(line.trimEnd()));
  for (const effect of effects) if (effect.to === "trace") log.event(effect.event);
  return lines;
}

/** Calls `act`; adds the step's line to the message of its exception. */
function withPlace<T>({ input }: Step, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error) error.message = `${input.place}  ${input.channel}> ${input.text}\n${error.message}`;
    throw error;
  }
}

function stepText({ input }: Step, output: readonly Output[], start: number, end: number): string[] {
  const isEarly = output.some(({ at }) => at !== end);
  if (isEarly) return timedTranscript(output, start, end);
  return [lineText(`${input.channel}>`, input.text), ...transcript(output)];
}

/** The message of a failing test for a difference. */
export function failureText({ step, actual }: Difference, chunks: Chunks): string {
  const expected = step.expected.map(({ channel, text }) => lineText(`${channel}<`, text));
  const indented = (lines: readonly string[]) => lines.map((line) => `      ${line}`).join("\n");
  const input = lineText(`${step.input.channel}>`, step.input.text);
  const output = actual.slice(actual[0] === input ? 1 : 0);
  return `${step.input.place} (played ${chunks})\n${indented([input])}\n    expected\n${indented(expected)}\n    actual\n${indented(output)}`;
}
