import { suggestion } from "../../profile/schema.js";
import type { Element, Form } from "./form.js";
import { shortened, type Token } from "./tokens.js";
import { readValue, type Values, values } from "./values.js";

/** What can stand at a place: a value by its name, or a word. */
export type Place = { readonly value: keyof Values } | { readonly word: string };

/** How far the words of a text follow a form. */
export interface Match<F extends Form> {
  readonly form: F;
  readonly found: Partial<Values>;
  /** The index of the first token that does not belong to it. */
  readonly next: number;
  /** What would have to stand there; empty where the form is complete. */
  readonly wanted: readonly Place[];
}

/** How far the words of a text follow any of several forms. */
export interface Furthest<F extends Form> {
  /** The form that ends there, if one does. */
  readonly match: Match<F> | undefined;
  readonly next: number;
  /** What could stand there so that a form goes on. */
  readonly wanted: readonly Place[];
}

/** The words with which conditions begin; they end a pattern that has no quotes. */
const conditionWords = /^(?:from|to|topic|after|with|for)$/i;

/** Follows all forms at once, and tells how far that goes. A longer form wins over a shorter one. */
export function furthest<F extends Form>(forms: readonly F[], tokens: readonly Token[], from: number): Furthest<F> {
  const matches = forms.map((form) => follow(form, tokens, from));
  const next = Math.max(from, ...matches.map((match) => match.next));
  const there = matches.filter((match) => match.next === next);
  return {
    match: there.find(({ wanted }) => wanted.length === 0),
    next,
    wanted: there.flatMap(({ wanted }) => wanted),
  };
}

function follow<F extends Form>(form: F, tokens: readonly Token[], from: number): Match<F> {
  const found: Record<string, unknown> = {};
  let next = from;
  let passedOver: readonly Place[] = [];
  for (const element of form.elements) {
    const width = widthOf(element, tokens, next);
    const token = tokenAt(tokens, next, width);
    const value = token && read(element, token, found);
    if (value !== undefined) {
      if (element.kind === "value") found[element.name] = value;
      next += width;
      passedOver = [];
    } else if (element.kind === "value" && element.optional && !looksLikeNumber(token)) {
      passedOver = [placeOf(element, found)];
    } else {
      return { form, found, next, wanted: [placeOf(element, found), ...passedOver] };
    }
  }
  return { form, found, next, wanted: [] };
}

/** How many tokens an element takes. A line of the module may have blanks without quotes: it ends where a condition begins. */
function widthOf(element: Element, tokens: readonly Token[], from: number): number {
  if (element.kind === "word" || element.name !== "PATTERN" || tokens[from]?.quoted) return 1;
  const end = tokens.findIndex(({ raw, quoted }, at) => at >= from && (quoted || conditionWords.test(raw)));
  return (end < 0 ? tokens.length : end) - from;
}

function tokenAt(tokens: readonly Token[], from: number, width: number): Token | undefined {
  const [first, ...others] = tokens.slice(from, from + width);
  if (first === undefined || others.length === 0) return first;
  const joined = (of: (token: Token) => string): string => [first, ...others].map(of).join(" ");
  return { raw: joined(({ raw }) => raw), octets: joined(({ octets }) => octets), quoted: false };
}

function read(element: Element, token: Token, { COUNT }: Partial<Values>): unknown {
  if (element.kind === "value") return readValue(element.name, token);
  const word = token.quoted ? "" : token.raw.toLowerCase();
  return word === element.word.toLowerCase() || (COUNT !== undefined && word === element.plural?.toLowerCase())
    ? word
    : undefined;
}

/** A number where a count may stand is meant as one, though it may be out of bounds. */
const looksLikeNumber = (token: Token | undefined): boolean => token !== undefined && /^[-+]?\d+$/.test(token.raw);

function placeOf(element: Element, { COUNT }: Partial<Values>): Place {
  if (element.kind === "value") return { value: element.name };
  const isMany = typeof COUNT === "number" && COUNT > 1;
  return { word: isMany && element.plural !== undefined ? element.plural : element.word };
}

/** The words that can stand at a place: all, or examples. */
export function wordsAt(place: Place): readonly string[] {
  if ("word" in place) return [place.word];
  const { words, examples } = values[place.value];
  return words ?? examples;
}

/** A line for people about the token at which a text goes wrong, or behind which it ends too early. */
export function wrongAt(tokens: readonly Token[], at: number, wanted: readonly Place[]): string {
  const before = written(tokens.slice(0, at));
  const token = tokens[at];
  if (token === undefined) return `something is missing behind ${shown(before)}: ${listed(wanted)}`;
  const slip = nearest(token.raw, wanted);
  if (slip !== undefined) return `${shown(token.raw)} cannot stand behind ${shown(before)}; did you mean ${slip}?`;
  const meant = meantBy(token.raw, wanted);
  if (meant !== undefined) {
    const zero = wanted.some((place) => "word" in place && place.word === "0") ? ", nor 0" : "";
    return `${shown(token.raw)} is not ${meant.about} (${meant.how})${zero}`;
  }
  const isOne = listed(wanted) === listed(wanted.slice(0, 1));
  const others = wanted.length === 0 ? "nothing can" : `${isOne ? "write" : "there can be"} ${listed(wanted)}`;
  return `${shown(token.raw)} cannot stand behind ${shown(before)}; ${others}`;
}

/** The word that was meant, where one is near. */
export function nearest(raw: string, wanted: readonly Place[]): string | undefined {
  if (/^\d/.test(raw)) return undefined;
  const known = wanted.flatMap((place) => ("word" in place ? [place.word] : (values[place.value].words ?? [])));
  return /^did you mean (.*)\?$/.exec(suggestion(raw, known))?.[1];
}

/** The value that a word was meant as: the only one that can stand there, or the only one in figures. */
function meantBy(raw: string, wanted: readonly Place[]): { readonly about: string; readonly how: string } | undefined {
  const kinds = [...new Set(wanted.map((place) => ("value" in place ? values[place.value] : undefined)))];
  const inFigures = kinds.filter((kind) => kind !== undefined && /^\d/.test(kind.examples[0]));
  const [only, ...others] = /^[-+]?\d/.test(raw) ? inFigures : kinds;
  return others.length === 0 ? only : undefined;
}

/** Tokens as they were written, with their blanks folded, and none between a string in quotes and a colon. */
export const written = (tokens: readonly Token[]): string =>
  tokens.reduce((text, { raw }, at) => {
    const isClose = at === 0 || (raw.startsWith(":") && tokens[at - 1]?.quoted);
    return isClose ? text + raw : `${text} ${raw}`;
  }, "");

/** A text in quotes, unless it brings its own. */
export const shown = (text: string): string => (text.startsWith('"') ? shortened(text) : `"${shortened(text)}"`);

function listed(wanted: readonly Place[]): string {
  const isCount = (place: Place): boolean => "value" in place && place.value === "COUNT";
  const names = [...wanted.filter((place) => !isCount(place)), ...wanted.filter(isCount)].map(nameOf);
  const [last = "", ...others] = [...new Set(names)].reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} or ${last}`;
}

function nameOf(place: Place): string {
  if ("word" in place) return place.word;
  const { about, examples } = values[place.value];
  return `${about} such as ${examples[0]}`;
}
