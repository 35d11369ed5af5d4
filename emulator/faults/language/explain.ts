import type { Form, Given } from "./form.js";
import { conditions } from "./grammar.js";
import { usualWay } from "./packet-ways.js";
import { type Phrase, readEvent, readPhrase } from "./phrase.js";
import { spanWords } from "./quantities.js";
import type { Scenario, StepStart } from "./scenario.js";
import type { Sentence } from "./sentence.js";
import { tokensOf } from "./tokens.js";
import { sayValue, type Values, writeValue } from "./values.js";

type Found = Partial<Values>;

/** What a sentence means, in plain English; its text where that cannot be read. */
export const explain = ({ text }: Sentence): string => fromPhrase(text, phraseMeaning);

/** What an event means, in plain English: `the link is up`; its text where that cannot be read. */
export function explainEvent(text: string): string {
  const cut = tokensOf(text);
  const read = "problem" in cut ? cut : readEvent(cut.tokens, 0);
  return "form" in read ? meaning(read.form, read.found) : text;
}

/** A sentence in its one spelling, with its direction; `readSentence` reads the same from it. */
export const canonicalText = ({ text }: Sentence): string => fromPhrase(text, phraseText);

function fromPhrase(text: string, tell: (phrase: Phrase) => string): string {
  const cut = tokensOf(text);
  const read = "problem" in cut ? cut : readPhrase(cut.tokens);
  return "phrase" in read ? tell(read.phrase) : text;
}

/** A phrase in its one spelling. */
export function phraseText(phrase: Phrase): string {
  const { when, form, found } = phrase;
  const event = when && `${when.again ? "whenever" : "when"} ${formText(when.form, when.found)}:`;
  return [...(event === undefined ? [] : [event]), formText(form, found), ...conditionTexts(settled(phrase))].join(" ");
}

/** The conditions of a phrase, with the direction that is meant where none is written. */
function settled({ form: { takes }, found: { PACKET }, given }: Phrase): Partial<Given> {
  return {
    ...(takes.includes("broker") && PACKET !== undefined && { broker: usualWay(PACKET) }),
    ...(takes.includes("host") && { host: "fromHost" }),
    ...given,
  };
}

function formText({ elements }: Form, found: Found): string {
  const isMany = typeof found.COUNT === "number" && found.COUNT > 1;
  const parts = elements.map((element) => {
    if (element.kind === "word") return isMany ? (element.plural ?? element.word) : element.word;
    const value = found[element.name];
    return value === undefined ? "" : writeValue(element.name, value);
  });
  return parts.filter((part) => part !== "").join(" ");
}

/** Each condition that is given, with the values of its form. */
function givenForms(
  given: Partial<Given>,
): readonly { readonly form: (typeof conditions)[number]; readonly found: Found }[] {
  return conditions.flatMap((form) => {
    const value = given[form.name];
    const place = form.elements.find((element) => element.kind === "value");
    const found: Found = place === undefined ? {} : { [place.name]: value };
    return value !== undefined && form.make(found as Values)[form.name] === value ? [{ form, found }] : [];
  });
}

const conditionTexts = (given: Partial<Given>): readonly string[] =>
  givenForms(given).map(({ form, found }) => formText(form, found));

const ways = {
  fromBroker: " from the broker",
  toBroker: " to the broker",
  fromHost: " from the host",
  toHost: " to the host",
} as const;

/** What a phrase means, in a sentence that ends with a full stop. */
export function phraseMeaning(phrase: Phrase): string {
  const { when, form, found } = phrase;
  const given = settled(phrase);
  const way = [given.broker, given.host].map((way) => (way === undefined ? "" : ways[way])).join("");
  const topic = given.topic === undefined ? "" : ` with a topic that fits ${sayValue("FILTER", given.topic)}`;
  const event = when && `${when.again ? "each time" : "the next time"} that ${meaning(when.form, when.found)}: `;
  const tails = givenForms(given).filter(
    ({ form: { name } }) => name === "after" || name === "chance" || name === "for",
  );
  const told = [
    `${event ?? ""}${meaning(form, found, `${way}${topic}`)}`,
    ...tails.map((tail) => meaning(tail.form, tail.found)),
  ].join("; ");
  return `${told.slice(0, 1).toUpperCase()}${told.slice(1)}.`;
}

/** What a form means, with the names of its values, and with its remark. */
export const formMeaning = (form: Form): string => meaning({ ...form, means: form.means.replace(/[[\]]/g, "") }, {});

/** What a form means with these values. */
function meaning({ means, elements }: Form, found: Found, way = ""): string {
  const template = means
    .replace(/\[.*?\]/g, "")
    .replace(/\{(.*?)\}/g, (_, counted: string) => counting(counted.replace(" WAY", way), found.COUNT));
  const names = elements.flatMap((element) => (element.kind === "value" ? [element.name] : []));
  if (names.length === 0) return template;
  return template.replace(new RegExp(`(?<![A-Z])(?:${names.join("|")})(?![A-Z])`, "g"), (name) => {
    const value = found[name as keyof Values];
    return value === undefined ? name : sayValue(name as keyof Values, value);
  });
}

function counting(counted: string, count: Values["COUNT"] = 1): string {
  if (count === "every") return `every ${counted.replace("(s)", "")}`;
  return count === 1
    ? `the next ${counted.replace("(s)", "")}`
    : `each of the next ${count} ${counted.replace("(s)", "s")}`;
}

/** What a scenario does, in numbered lines of plain English; what one step does stands below each other. */
export function explainScenario({ steps }: Scenario): readonly string[] {
  const width = String(steps.length).length;
  return steps.flatMap(({ start, text, does }, at) => {
    const number = `${at + 1}`.padStart(width);
    if (does.length === 0) return [`${number}. ${waitWords(start, text)}.`];
    const told = does.map((sentence) => `${" ".repeat(width)}  ${explain(sentence)}`);
    return [`${number}. ${startWords(start, text, at)}:`, ...told];
  });
}

const waitWords = (start: StepStart, text: string): string =>
  start.kind === "later" ? `Wait ${spanWords(start.by)}` : `Wait until ${explainEvent(text)}`;

function startWords(start: StepStart, text: string, at: number): string {
  switch (start.kind) {
    case "atOnce":
      return at === 0 ? "At power-up" : "At once";
    case "later":
      return `${spanWords(start.by)} after ${at === 0 ? "power-up" : `step ${at}`}`;
    case "when":
      return `The next time that ${explainEvent(text)}`;
    case "whenever":
      return `Each time from now on that ${explainEvent(text)}`;
  }
}
