import { type Check, type Checked, listOf, type Shape, shown, some, text, whole } from "../../profile/schema.js";
import { spanOf } from "./quantities.js";
import { readAwaitedEvent, readSentence } from "./read-sentence.js";
import type { AwaitedEvent, Sentence, Span } from "./sentence.js";
import { onOneLine } from "./tokens.js";

/** What a step waits for before its sentences act. */
export type StepStart =
  /** Nothing: it begins when the step before it is done, and the first one at power-up. */
  | { readonly kind: "atOnce" }
  /** A time since the step before it was done, and since power-up for the first one. */
  | { readonly kind: "later"; readonly by: Span }
  /** An event that comes after the step before it. The steps behind it wait, too. */
  | { readonly kind: "when"; readonly what: AwaitedEvent }
  /** An event, each time that it comes from then on. The steps behind it do not wait. */
  | { readonly kind: "whenever"; readonly what: AwaitedEvent };

/** A step of a scenario. It is done when its sentences have been given; without sentences it only waits. */
export interface Step {
  readonly start: StepStart;
  /** The event or the time as it was written; empty where the step waits for nothing. */
  readonly text: string;
  readonly does: readonly Sentence[];
}

/** Faults in an order: one step after the other. */
export interface Scenario {
  readonly name: string;
  /** What happens in the field, and what a host should do about it. */
  readonly about: string | undefined;
  /** Where the randomness of the faults starts from. */
  readonly seed: number | undefined;
  readonly steps: readonly Step[];
}

/** A key or an index on the way into a scenario: `["steps", 2, "do"]`. */
export type Path = readonly (string | number)[];

/** A scenario, or what is wrong with it and where: `steps[2].do: "cover off": "cover" is no fault; …`. */
export type ScenarioOrProblem = { readonly scenario: Scenario } | { readonly problem: string; readonly path: Path };

/** The most steps of a scenario, and the most sentences of a step. decided */
const maxSteps = 1000;
const maxSentences = 100;
/** The most characters of a name and of what it is about. decided */
const maxNameLength = 100;
const maxAboutLength = 2000;

const sentence: Check<Sentence> = (json, path) => {
  if (typeof json !== "string") return { problem: `${path}: ${shown(json)} is no sentence, such as "lose 2 PUBACK"` };
  const read = readSentence(json);
  return "problem" in read ? { problem: `${path}: ${shown(json)}: ${read.problem}` } : { value: read.sentence };
};

const sentences: Check<readonly Sentence[]> = (json, path) => {
  if (Array.isArray(json)) return listOf(sentence, maxSentences)(json, path);
  const one = sentence(json, path);
  return "problem" in one ? one : { value: [one.value] };
};

const awaitedEvent =
  (kind: "when" | "whenever"): Check<Pick<Step, "start" | "text">> =>
  (json, path) => {
    if (typeof json !== "string") return { problem: `${path}: ${shown(json)} is no event, such as "link up"` };
    const read = readAwaitedEvent(json);
    return "problem" in read
      ? { problem: `${path}: ${shown(json)}: ${read.problem}` }
      : { value: { start: { kind, what: read.what }, text: json } };
  };

const timeOrEvent: Check<Pick<Step, "start" | "text">> = (json, path) => {
  const [, span] = /^\s*(.*\S)\s+later\s*$/.exec(typeof json === "string" ? json : "") ?? [];
  if (span === undefined) return awaitedEvent("when")(json, path);
  const by = spanOf(span);
  return by === undefined
    ? { problem: `${path}: ${shown(span)} is not a span of time, such as 40s or 1s..3s, up to 24h` }
    : { value: { start: { kind: "later", by }, text: `${span} later` } };
};

interface WrittenStep {
  readonly when: Pick<Step, "start" | "text">;
  readonly whenever: Pick<Step, "start" | "text">;
  readonly do: readonly Sentence[];
}
const stepRules: Shape<WrittenStep> = { when: timeOrEvent, whenever: awaitedEvent("whenever"), do: sentences };
const atOnce: Pick<Step, "start" | "text"> = { start: { kind: "atOnce" }, text: "" };

const step: Check<Step> = (json, path) => {
  if (typeof json === "string") {
    const one = sentence(json, path);
    return "problem" in one ? one : { value: { ...atOnce, does: [one.value] } };
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { problem: `${path}: ${shown(json)} is no step; a step is a sentence, or has the keys when and do` };
  }
  const quoted = sentenceAsKey(json);
  if (quoted !== undefined) return { problem: `${path}: a sentence with a colon stands in quotes; write '${quoted}'` };
  return writtenStep(json, path);
};

function writtenStep(json: object, path: string): Checked<Step> {
  const checked = some(stepRules)(json, path);
  if ("problem" in checked) return checked;
  const { when, whenever, do: does } = checked.value;
  if (when !== undefined && whenever !== undefined)
    return { problem: `${path}.whenever: it stands beside when; take one` };
  if (when === undefined && does === undefined) return { problem: `${path}.do: it is missing` };
  if (whenever !== undefined && does === undefined) return { problem: `${path}.do: it is missing` };
  return { value: { ...(when ?? whenever ?? atOnce), does: does ?? [] } };
}

/** YAML takes a sentence with a colon and no quotes as a key and its value. */
function sentenceAsKey(json: object): string | undefined {
  const [[key, value] = [], ...others] = Object.entries(json);
  if (key === undefined || others.length > 0 || Object.hasOwn(stepRules, key)) return undefined;
  const text = `${key}: ${typeof value === "string" ? value : ""}`;
  return "sentence" in readSentence(text) || /^when(ever)?\s/i.test(text) ? text.trimEnd() : undefined;
}

const scenarioRules: Shape<{ readonly [K in keyof Scenario]: Exclude<Scenario[K], undefined> }> = {
  name: text(
    `a name of 1 to ${maxNameLength} characters`,
    (name) => name.trim() !== "" && name.length <= maxNameLength,
  ),
  about: text(`a text of at most ${maxAboutLength} characters`, (about) => about.length <= maxAboutLength),
  seed: whole(0, 0xffff_ffff),
  steps: listOf(step, maxSteps),
};

/** Checks a scenario that was parsed from YAML or JSON. It is taken as a whole or not at all. */
export function scenarioFrom(data: unknown): ScenarioOrProblem {
  const checked = some(scenarioRules)(data, "");
  if ("problem" in checked) return { problem: onOneLine(checked.problem), path: pathIn(checked.problem) };
  const { name, about, seed, steps } = checked.value;
  if (name === undefined || steps === undefined) {
    return { problem: `${name === undefined ? "name" : "steps"}: it is missing`, path: [] };
  }
  return { scenario: { name, about: about?.trim(), seed, steps } };
}

/** The path with which a problem begins: `steps[2].do: …`. */
function pathIn(problem: string): Path {
  const [written = ""] = /^\w+(?:\[\d+\]|\.\w+)*(?=:)/.exec(problem) ?? [];
  return (written.match(/\w+/g) ?? []).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
