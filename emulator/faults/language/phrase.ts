import { suggestion } from "../../profile/schema.js";
import { type Act, acts, type Syntax } from "./acts.js";
import type { Condition, Form, Given, Seam } from "./form.js";
import { type ConditionForm, conditions, type EventForm, events, form } from "./grammar.js";
import { furthest, nearest, type Place, shown, wordsAt, written, wrongAt } from "./match.js";
import { goes, isPacketType } from "./packet-ways.js";
import { type Token, tokensOf } from "./tokens.js";
import type { Values } from "./values.js";
import { vocabulary } from "./vocabulary.js";

/** A form of a sentence, with what its sentences make happen. */
export interface SentenceForm extends Form {
  readonly seam: Seam;
  readonly takes: readonly Condition[];
  readonly act: Act;
}

/** Every form of a sentence. */
export const sentenceForms: readonly SentenceForm[] = vocabulary.flatMap(({ seam, takes, forms }) =>
  Object.entries(forms).map(([syntax, row]: [string, string | { means: string; example: string }]) => {
    const { means, example } = typeof row === "string" ? { means: row, example: syntax } : row;
    return { ...form(syntax, means, example), seam, takes, act: acts[syntax as Syntax] as Act };
  }),
);

/** The event that a sentence waits for. `again`: each time. */
export interface Waiting {
  readonly form: EventForm;
  readonly found: Partial<Values>;
  readonly again: boolean;
}

/** The parts of a sentence, each with the form that it follows. */
export interface Phrase {
  readonly when: Waiting | undefined;
  readonly form: SentenceForm;
  readonly found: Partial<Values>;
  readonly given: Partial<Given>;
}

/** What was read, or why not; and what could stand behind the last word. */
export type Read<T> = (T | { readonly problem: string }) & { readonly wanted: readonly Place[] };

const example = "lose 2 PUBACK";
const verbs = new Set(sentenceForms.flatMap(({ elements: [first] }) => (first?.kind === "word" ? [first.word] : [])));
const verbPlaces = [...verbs].map((word) => ({ word }));
const isVerb = (token: Token | undefined): boolean => token !== undefined && verbs.has(token.raw.toLowerCase());
const isNearlyVerb = (token: Token | undefined): boolean =>
  token !== undefined && nearest(token.raw, verbPlaces) !== undefined;
const isConjunction = (token: Token | undefined): boolean => /^when(ever)?$/i.test(token?.raw ?? "");

/** Reads a whole sentence. */
export function readPhrase(tokens: readonly Token[]): Read<{ readonly phrase: Phrase }> {
  const [first] = tokens;
  if (first === undefined || !isConjunction(first)) return readFault(tokens, 0, undefined);
  const cut = cutAtColon(tokens);
  const event = readEvent(cut?.event ?? tokens, 1);
  if (cut === undefined) return withoutColon(tokens, event);
  if ("problem" in event) return { problem: event.problem, wanted: [] };
  return readFault(tokens, cut.from, { ...event, again: first.raw.toLowerCase() === "whenever" });
}

/** An event with no colon behind it. */
function withoutColon(tokens: readonly Token[], event: Read<object>): Read<{ readonly problem: string }> {
  const isEvent = (words: readonly Token[]): boolean => !("problem" in readEvent(words, 1));
  const verb = [...tokens.keys()].find((at) => isVerb(tokens[at]) && isEvent(tokens.slice(0, at)));
  if (verb !== undefined) {
    const [before, behind] = [tokens.slice(0, verb), tokens.slice(verb)];
    return { problem: `a colon is missing; write: ${written(before)}: ${written(behind)}`, wanted: [] };
  }
  const withColon = (word: string): string => {
    const more = tokensOf(word);
    return "tokens" in more && isEvent([...tokens, ...more.tokens]) ? `${word}:` : word;
  };
  const wanted = event.wanted.flatMap(wordsAt).map((word) => ({ word: withColon(word) }));
  if ("problem" in event) return { problem: event.problem, wanted };
  return { problem: `a fault is missing: ${written(tokens)}: ${example}`, wanted: [...wanted, { word: ":" }] };
}

/**
 * The words of the event, and the index at which the fault begins: behind the first colon with a verb behind it. What the
 * module says may have colons of its own. Undefined where no colon ends the event.
 */
function cutAtColon(tokens: readonly Token[]): { readonly event: readonly Token[]; readonly from: number } | undefined {
  const endsInColon = (token: Token | undefined): boolean => token?.quoted === false && token.raw.endsWith(":");
  const colons = [...tokens.keys()].filter((at) => endsInColon(tokens[at]));
  const isEvent = !endsInColon(tokens.at(-1)) && !("problem" in readEvent(tokens, 1));
  const at =
    colons.find((colon) => isVerb(tokens[colon + 1]) || isConjunction(tokens[colon + 1])) ??
    colons.find((colon) => isNearlyVerb(tokens[colon + 1])) ??
    (isEvent ? undefined : colons.at(-1));
  const last = tokens[at ?? tokens.length];
  if (at === undefined || last === undefined) return undefined;
  const word = { ...last, raw: last.raw.slice(0, -1), octets: last.octets.slice(0, -1) };
  return { event: [...tokens.slice(0, at), ...(word.raw === "" ? [] : [word])], from: at + 1 };
}

/** Reads an event that goes to the end of the tokens. */
export function readEvent(
  tokens: readonly Token[],
  from: number,
): Read<{ readonly form: EventForm; readonly found: Partial<Values> }> {
  const packet = [tokens[from]?.raw.toUpperCase() ?? ""].find(isPacketType);
  const forms = events.filter(({ way }) => way === undefined || packet === undefined || goes(packet, way));
  const { match, next, wanted } = furthest(forms, tokens, from);
  if (match !== undefined && next === tokens.length) return { ...match, wanted };
  const token = tokens[next];
  const isUnknown = next === from && token !== undefined;
  const problem = isUnknown
    ? `${shown(token.raw)} is no event; ${suggestion(token.raw, wanted.flatMap(wordsAt))}`
    : wrongAt(tokens, next, wanted);
  return { problem, wanted: next === tokens.length ? wanted : [] };
}

function readFault(
  tokens: readonly Token[],
  from: number,
  when: Waiting | undefined,
): Read<{ readonly phrase: Phrase }> {
  const { match, next, wanted } = furthest(sentenceForms, tokens, from);
  if (match === undefined) {
    const starts = next === 0 ? [...wanted, { word: "when" }, { word: "whenever" }] : wanted;
    const problem = next === from ? noFault(tokens, from, starts) : wrongAt(tokens, next, wanted);
    return { problem, wanted: next === tokens.length ? starts : [] };
  }
  const phrase: Phrase = { when, form: match.form, found: match.found, given: {} };
  return readConditions(tokens, next, phrase, wanted);
}

/** Reads what stands behind the form; `wanted` would go on with a longer one. */
function readConditions(
  tokens: readonly Token[],
  from: number,
  phrase: Phrase,
  longer: readonly Place[],
): Read<{ readonly phrase: Phrase }> {
  const possible = conditions.filter((condition) => whyNot(condition, phrase) === undefined);
  const starts = furthest(possible, [], 0).wanted;
  if (from === tokens.length) return { phrase, wanted: [...longer, ...starts] };
  const { match, next, wanted } = furthest(possible, tokens, from);
  if (match !== undefined) {
    const given = { ...phrase.given, ...match.form.make(match.found as Values) };
    return readConditions(tokens, next, { ...phrase, given }, []);
  }
  const other = furthest(conditions, tokens, from);
  const why = other.match && whyNot(other.match.form, phrase);
  if (why !== undefined) return { problem: why, wanted: [] };
  const there = next === from ? [...longer, ...starts] : wanted;
  return { problem: wrongAt(tokens, next, there), wanted: next === tokens.length ? wanted : [] };
}

/** Why a condition cannot stand behind what was read. */
function whyNot(
  condition: ConditionForm,
  { form: { syntax, takes }, found: { PACKET }, given }: Phrase,
): string | undefined {
  const { name, way } = condition;
  const words = shown(wordsOf(condition));
  if (!takes.includes(name)) {
    const fault = syntax.replace("[COUNT] ", "").replace("PACKET", PACKET ?? "PACKET");
    const others = conditions.filter(
      (other) => takes.includes(other.name) && (other.name !== "topic" || PACKET === "PUBLISH"),
    );
    const taken = others.length === 0 ? "no condition" : others.map(wordsOf).join(", ");
    return `${shown(fault)} does not take ${words}; it takes ${taken}`;
  }
  if (name in given)
    return name === "broker" || name === "host" ? `${words} is one direction too many` : `${words} stands there twice`;
  if (name === "topic" && PACKET !== "PUBLISH") return `"topic" narrows PUBLISH only, not ${PACKET}`;
  if (PACKET === undefined || way === undefined || goes(PACKET, way)) return undefined;
  return `${PACKET} never ${way === "fromBroker" ? "comes from the broker" : "goes to the broker"}; leave ${words} out`;
}

/** The words of a condition without its value. */
const wordsOf = ({ elements }: Form): string =>
  elements.flatMap((element) => (element.kind === "word" ? [element.word] : [])).join(" ");

/** A line for people about a place where a fault should begin and does not. */
function noFault(tokens: readonly Token[], from: number, places: readonly Place[]): string {
  const token = tokens[from];
  if (token === undefined) {
    return from === 0
      ? `it is empty; a fault is a sentence such as ${example}`
      : `a fault is missing: ${written(tokens)} ${example}`;
  }
  if (from > 0 && isConjunction(token)) return `a second ${shown(token.raw)}; a fault waits for one event`;
  const raw = token.raw.replace(/:$/, "");
  if (from === 0 && furthest(events, [{ ...token, raw }], 0).next > 0 && tokens.some(({ raw }) => raw.endsWith(":"))) {
    return `${shown(raw)} is no fault but an event; write: when ${written(tokens)}`;
  }
  return `${shown(raw)} is no fault; ${suggestion(raw, [...new Set(places.flatMap(wordsAt))])}`;
}
