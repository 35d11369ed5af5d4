import { wordsAt, written } from "./match.js";
import { type Phrase, readEvent, readPhrase } from "./phrase.js";
import type { Action, AwaitedEvent, Limits, Sentence } from "./sentence.js";
import { tokensOf } from "./tokens.js";
import type { Values } from "./values.js";

/** A fault that was read, or a line for people that names the wrong word and what could stand there. */
export type SentenceOrProblem = { readonly sentence: Sentence } | { readonly problem: string };

/**
 * Reads a fault:
 * `[when EVENT: | whenever EVENT:] VERB [COUNT] WHAT [from broker | to broker | from host | to host] [topic FILTER] [after N]
 * [with chance P%] [for SPAN]`. It is taken as a whole or not at all.
 */
export function readSentence(text: string): SentenceOrProblem {
  const cut = tokensOf(text);
  if ("problem" in cut) return cut;
  const read = readPhrase(cut.tokens);
  if ("problem" in read) return { problem: read.problem };
  return { sentence: sentenceOf(read.phrase, written(cut.tokens)) };
}

/** Reads an event without `when`: `PUBACK received`. */
export function readAwaitedEvent(text: string): { readonly what: AwaitedEvent } | { readonly problem: string } {
  const cut = tokensOf(text);
  if ("problem" in cut) return cut;
  const read = readEvent(cut.tokens, 0);
  return "problem" in read ? { problem: read.problem } : { what: read.form.make(read.found as Values) };
}

/** The typed form of a phrase. */
export function sentenceOf(phrase: Phrase, text: string): Sentence {
  const { when } = phrase;
  return {
    text,
    when: when && { what: when.form.make(when.found as Values), again: when.again },
    does: doesOf(phrase),
  };
}

function doesOf({ form: { act, elements }, found, given }: Phrase): Sentence["does"] {
  if ("ends" in act) return act;
  if ("now" in act) {
    const action = act.now(found as Values);
    return { now: given.for === undefined ? action : ({ ...action, lasting: given.for } as Action) };
  }
  const body = act.rule(found as Values, given);
  const isCounted = elements.some((element) => element.kind === "value" && element.name === "COUNT");
  const limits: Limits = {
    count: found.COUNT ?? (isCounted || body.kind === "link" ? 1 : "every"),
    after: given.after ?? 0,
    chance: given.chance ?? 1,
    lasting: given.for,
  };
  return { from: { ...body, limits } };
}

/**
 * What can stand next: the words that go on behind the last blank of a text, or that begin as what stands behind it. Where a
 * value is wanted, examples of it. Empty where nothing can stand, or where the text has gone wrong.
 */
export function completions(textSoFar: string): readonly string[] {
  const begun = /\S*$/.exec(textSoFar)?.[0] ?? "";
  const cut = tokensOf(textSoFar.slice(0, textSoFar.length - begun.length));
  if ("problem" in cut) return [];
  const words = readPhrase(cut.tokens).wanted.flatMap(wordsAt);
  return [...new Set(words)].filter((word) => word.toLowerCase().startsWith(begun.toLowerCase()));
}
