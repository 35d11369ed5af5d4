import { describe, expect, test } from "vitest";
import type { Quirk } from "../../../emulator/profile/quirk.js";
import { defaultQuirks, type QuirkName, quirkTable, setQuirk } from "../../../emulator/profile/quirks.js";

const names = Object.keys(quirkTable) as QuirkName[];
const quirkNamed = (name: QuirkName): Quirk<string | number> => quirkTable[name];

/** The printed values of a quirk: its words, and the limits of its range. */
function printed(name: QuirkName) {
  const parts = quirkNamed(name).values.split(" | ");
  const ranges = parts.flatMap((part) => {
    const [, min, max] = /^(\d+)-(\d+)(?: ms| bytes)?$/.exec(part) ?? [];
    return min === undefined || max === undefined ? [] : [{ min: Number(min), max: Number(max) }];
  });
  return { words: parts.filter((part) => !/^\d+-/.test(part)), ranges };
}

describe.each(names)("%s", (name) => {
  const { words, ranges } = printed(name);
  const read = (text: string) => quirkNamed(name).read(text)?.value;

  test("prints words or a range", () => expect(words.length + ranges.length).toBeGreaterThan(0));

  test("accepts every word that it prints, each with a different value", () => {
    const values = words.map(read);
    expect(values).not.toContain(undefined);
    expect(new Set(values).size).toBe(words.length);
  });

  test("accepts both limits of its range, and nothing beyond", () => {
    for (const { min, max } of ranges) {
      expect([read(`${min}`), read(`${max}`)]).toEqual([min, max]);
      expect([read(`${min - 1}`), read(`${max + 1}`)]).toEqual([undefined, undefined]);
    }
  });

  test("accepts nothing else", () => {
    for (const text of [
      "",
      " ",
      "nope",
      "1.5",
      "0x10",
      "1 ms",
      "-1",
      "NaN",
      "constructor",
      ...words.map((it) => `${it}x`),
    ]) {
      expect(read(text), text).toBeUndefined();
    }
  });

  test("has its default among its values, words first", () => {
    const { fallback } = quirkNamed(name);
    expect(defaultQuirks[name]).toBe(fallback);
    if (words[0] !== undefined) expect(read(words[0])).toBe(fallback);
    else expect(read(`${fallback}`)).toBe(fallback);
  });

  test("is set by its name, and no other quirk changes", () => {
    const text = `${ranges[0]?.max ?? words.at(-1)}`;
    const set = setQuirk(defaultQuirks, name, text);
    expect(set).toEqual({ quirks: { ...defaultQuirks, [name]: read(text) } });
    expect(defaultQuirks[name]).not.toBe(read(text));
  });

  test("an illegal value gives a problem with the legal values", () => {
    const set = setQuirk(defaultQuirks, name, "nope");
    const problem = "problem" in set ? set.problem : "";
    for (const part of [name, '"nope"', quirkNamed(name).values]) expect(problem).toContain(part);
  });

  test("has a description, a section and a source", () => {
    const { about, section, source } = quirkNamed(name);
    expect(about).toMatch(/^\S.*[^\s.]$/);
    expect(section).not.toBe("");
    expect(["note", "guide", "AT manual", "V.250", "field", "clone", "decided"]).toContain(source);
  });
});

test("an unknown name gives a problem with all names, or with the similar one", () => {
  for (const name of ["nope", "", "constructor", "__proto__"]) {
    const set = setQuirk(defaultQuirks, name, "on");
    const problem = "problem" in set ? set.problem : "";
    for (const part of [`"${name}"`, ...names]) expect(problem).toContain(part);
  }
  expect(setQuirk(defaultQuirks, "ECHO", "on")).toEqual({ problem: 'unknown quirk "ECHO"; did you mean echo?' });
});
