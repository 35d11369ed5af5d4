import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalText, explain, phraseText } from "../../../emulator/faults/language/explain.js";
import type { Condition, Form, Given } from "../../../emulator/faults/language/form.js";
import { conditions, events } from "../../../emulator/faults/language/grammar.js";
import { goes, packetTypes } from "../../../emulator/faults/language/packet-ways.js";
import { type Phrase, sentenceForms } from "../../../emulator/faults/language/phrase.js";
import { completions, readSentence, sentenceOf } from "../../../emulator/faults/language/read-sentence.js";
import type { Sentence } from "../../../emulator/faults/language/sentence.js";
import type { Values } from "../../../emulator/faults/language/values.js";
import { rebootCauses } from "../../../emulator/reboot.js";

const octets = (maxLength: number) =>
  fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), minLength: 1, maxLength });
const ordered = (min: number, max: number) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const oneStar = (pattern: string): string => pattern.replace(/\*+/g, "*");
const level = fc.oneof(
  fc.constant("+"),
  fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => text.replace(/[+#/\0]/g, "")),
);
const moment = fc.oneof(fc.integer({ min: 1, max: 86_400_000 }), fc.constantFrom(1000, 90_000, 3_600_000, 86_400_000));

/** Values of every kind, as they are read. */
const anyValue: { readonly [V in keyof Values]: fc.Arbitrary<Values[V]> } = {
  COUNT: fc.oneof(fc.constant("every" as const), fc.integer({ min: 1, max: 1_000_000 })),
  PACKET: fc.constantFrom(...packetTypes),
  SPAN: fc.oneof(
    ordered(1, 86_400_000),
    moment.map((ms) => ({ min: ms, max: ms })),
  ),
  MOMENT: moment,
  RATE: fc.integer({ min: 1, max: 1_000_000 }),
  CODE: fc.constantFrom(1, 2, 3, 4, 5),
  GRANT: fc.constantFrom(0, 1, 2, 128),
  RESULT: fc.integer({ min: 1, max: 6 }),
  NUMBER: fc.integer({ min: 0, max: 999 }),
  RSSI: fc.oneof(fc.integer({ min: 0, max: 31 }), fc.constant(99)),
  CAUSE: fc.constantFrom(...rebootCauses),
  LINE: octets(40),
  LINES: fc.array(
    octets(8).map((line) => line.replaceAll("|", "!")),
    { maxLength: 4 },
  ),
  COMMAND: octets(20).map((rest) => oneStar(`AT${rest}*`)),
  PATTERN: octets(20).map((pattern) => (/^\+[A-Z]+$/i.test(pattern) ? "+" : oneStar(pattern))),
  HEX: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  SIZE: ordered(1, 4096),
  BYTES: fc.integer({ min: 1, max: 65_536 }),
  FILTER: fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([levels, all]) => [...levels, ...(all ? ["#"] : [])].join("/"))
    .filter((filter) => filter !== ""),
  N: fc.integer({ min: 1, max: 1_000_000 }),
  "P%": fc.integer({ min: 1, max: 100_000_000 }).map((millionths) => millionths / 1_000_000 / 100),
};

/** A record of these; what is optional may be missing. */
function someOf(keys: readonly (readonly [name: string, value: fc.Arbitrary<unknown>, optional: boolean])[]) {
  const requiredKeys = keys.flatMap(([name, , optional]) => (optional ? [] : [name]));
  return fc.record(Object.fromEntries(keys.map(([name, value]) => [name, value])), { requiredKeys });
}

/** Values for all places of a form; a count may be missing. */
function found({ elements }: Form): fc.Arbitrary<Partial<Values>> {
  const places = elements.filter((element) => element.kind === "value");
  return someOf(places.map(({ name, optional }) => [name, anyValue[name], optional]));
}

function given(takes: readonly Condition[], packet: Values["PACKET"] | undefined): fc.Arbitrary<Partial<Given>> {
  const ways = (["fromBroker", "toBroker"] as const).filter((way) => packet !== undefined && goes(packet, way));
  const all: { readonly [C in Condition]: () => fc.Arbitrary<Given[C]> } = {
    broker: () => fc.constantFrom(...ways),
    host: () => fc.constantFrom("fromHost", "toHost"),
    topic: () => anyValue.FILTER,
    after: () => anyValue.N,
    chance: () => anyValue["P%"],
    for: () => anyValue.SPAN,
  };
  const fits = takes.filter((name) => name !== "topic" || packet === "PUBLISH");
  return someOf(fits.map((name) => [name, all[name](), true]));
}

const anyEvent: fc.Arbitrary<Phrase["when"]> = fc
  .constantFrom(...events)
  .chain((form) => fc.record({ form: fc.constant(form), found: found(form), again: fc.boolean() }))
  .filter(({ form: { way }, found: { PACKET } }) => way === undefined || PACKET === undefined || goes(PACKET, way));

/** Everything that a sentence can say. */
const anyPhrase: fc.Arbitrary<Phrase> = fc
  .constantFrom(...sentenceForms)
  .chain((form) => fc.tuple(fc.constant(form), found(form), fc.option(anyEvent, { nil: undefined })))
  .chain(([form, found, when]) => given(form.takes, found.PACKET).map((given) => ({ form, found, when, given })));

const sentenceIn = (text: string): Sentence | undefined => {
  const read = readSentence(text);
  return "sentence" in read ? read.sentence : undefined;
};

test("a sentence that is written is read as the same, and explained in one line", () => {
  fc.assert(
    fc.property(anyPhrase, (phrase) => {
      const text = phraseText(phrase);
      const read = sentenceIn(text);
      expect(read).toEqual(sentenceOf(phrase, read?.text ?? text));
      if (read === undefined) return;
      expect(sentenceIn(canonicalText(read))).toEqual({ ...read, text: canonicalText(read) });
      expect(canonicalText({ ...read, text: canonicalText(read) })).toBe(canonicalText(read));
      expect(explain(read)).toMatch(/^[^a-z].*\.$/);
    }),
    { numRuns: 1000 },
  );
});

test("conditions may come in any order", () => {
  const shuffled = anyPhrase.chain((phrase) => {
    const names = Object.keys(phrase.given) as Condition[];
    return fc.tuple(fc.constant(phrase), fc.shuffledSubarray(names, { minLength: names.length }));
  });
  fc.assert(
    fc.property(shuffled, ([{ form, found, given }, names]) => {
      const bare = { form: { ...form, takes: [] }, found, when: undefined };
      const words = phraseText({ ...bare, given: {} });
      const one = (name: Condition) => phraseText({ ...bare, given: { [name]: given[name] } }).slice(words.length);
      const { does } = sentenceOf({ form, found, given, when: undefined }, "");
      expect(sentenceIn(words + names.map(one).join(""))?.does).toEqual(does);
    }),
  );
});

const words = [
  ...new Set([...sentenceForms, ...events, ...conditions].flatMap(({ example }) => example.split(" "))),
  ...[
    "when",
    "whenever",
    ":",
    "link:",
    '"',
    '"a b"',
    "\\",
    "PUBACK",
    "3",
    "0",
    "every",
    "every",
    "1s..",
    "\u2028",
    "\x1b[2J",
  ],
];
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((some) => some.join(" ")),
  fc
    .array(fc.constantFrom('"', "\\", ":", "|", " ", "*", "a", "x", "\n"), { maxLength: 40 })
    .map((some) => some.join("")),
);

test("any text is a sentence, or has a problem of one line", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const read = readSentence(text);
      if ("problem" in read) expect(read.problem).toMatch(/^[^\0-\x1f\x7f-\x9f\u2028\u2029]{10,700}$/);
      else expect(sentenceIn(read.sentence.text)).toEqual(read.sentence);
      expect(completions(text)).toEqual([...new Set(completions(text))]);
    }),
    { numRuns: 1500 },
  );
});

test("the longest texts are read in no time", () => {
  const parts = ["lose ", "a:", "a: ", "when ", "drop ", '"', '" ', "\\", "\\x", "* ", "+A: ", "after 2 ", "1s..", "9"];
  const start = performance.now();
  for (const part of parts) {
    for (const before of ["", "when ", "when module says ", "lose URC ", "lose PUBACK ", 'say "', "error AT"]) {
      const text = (before + part.repeat(1000)).slice(0, 1000);
      readSentence(text);
      completions(text);
    }
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("completions taken one after the other lead to a sentence", () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (choices) => {
      let text = "";
      for (let steps = 0; steps < 30 && sentenceIn(text) === undefined; steps++) {
        const offered = completions(text);
        const word = offered[(choices.next().value ?? 0) % offered.length] ?? "";
        expect([text, word]).not.toEqual([text, ""]);
        expect(completions(`${text}${word.slice(0, 1)}`)).toContain(word);
        text += `${word} `;
      }
      expect([text, sentenceIn(text)]).not.toEqual([text, undefined]);
    }),
    { numRuns: 300 },
  );
});

test.each([...sentenceForms.map(({ example }) => example), ...events.map(({ example }) => `when ${example}`)])(
  "its words can stand in %s",
  (example) => {
    const all = example.match(/"[^"]*"|\S+/g) ?? [];
    all.forEach((word, at) => {
      const offered = completions(
        all
          .slice(0, at)
          .map((before) => `${before} `)
          .join(""),
      );
      expect([word, offered]).not.toEqual([word, []]);
      if (/^[a-z]+$/.test(word)) expect(offered.map((each) => each.replace(/:$/, ""))).toContain(word);
    });
  },
);
