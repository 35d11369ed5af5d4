import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  choice,
  int,
  keeping,
  optional,
  type Param,
  readParams,
  repeat,
  secret,
  secretTokens,
  text,
  withNext,
} from "../../at/params.js";
import { parseLine, type Token } from "../../at/parse.js";

/** The tokens behind the `=`. */
function tokensOf(written: string): readonly Token[] {
  const [command] = parseLine(`AT+X=${written}`) ?? [];
  return command?.kind === "extended" ? command.tokens : [];
}

/** Reads a single parameter: its value in a list, or an empty list. */
function read(param: Param<unknown>, written: string): readonly unknown[] {
  const taken = readParams({ param }, tokensOf(written));
  return taken === undefined ? [] : [taken.param];
}

const isHex = (octets: string): boolean => /^[0-9a-f]*$/.test(octets);

describe("one parameter", () => {
  test.each<[name: string, param: Param<unknown>, written: string, value: readonly unknown[]]>([
    ["int", int(1, 60), "1", [1]],
    ["int", int(1, 60), "60", [60]],
    ["int", int(1, 60), "007", [7]],
    ["int", int(1, 60), "0", []],
    ["int", int(1, 60), "61", []],
    ["int", int(0, 60), "0", [0]],
    ["int", int(0, 60), "-0", []],
    ["int", int(0, 60), "-1", []],
    ["int", int(0, 60), "+1", []],
    ["int", int(0, 60), "1.0", []],
    ["int", int(0, 60), "1e1", []],
    ["int", int(0, 60), "0x1", []],
    ["int", int(0, 60), '"1"', []],
    ["int", int(0, 60), "", []],
    ["int", int(0, 60), "x", []],
    ["int", int(0, 60), "99999999999999999999", []],
    ["choice", choice(3, 4), "3", [3]],
    ["choice", choice(3, 4), "4", [4]],
    ["choice", choice(3, 4), "2", []],
    ["choice", choice(3, 4), "5", []],
    ["choice", choice(0, 2), "1", []],
    ["choice", choice(0, 1), '"0"', []],
    ["choice", choice(0, 1), "", []],
    ["choice", choice(0, 1), "0 1", []],
    ["text", text("t", 3), '"abc"', ["abc"]],
    ["text", text("t", 3), "abc", ["abc"]],
    ["text", text("t", 3), '"abcd"', []],
    ["text", text("t", 3), '"a"b"', ['a"b']],
    ["text", text("t", 3), '" , "', [" , "]],
    ["text", text("t", 3), '"\xe9\xff"', ["\xe9\xff"]],
    ["text", text("t", 3), '""', []],
    ["text", text("t", 3), "", []],
    ["text", text("t", 3), '"a', []],
    ["text", text("t", 3), "a b", []],
    ["text with none", text("t", 3, { min: 0 }), '""', [""]],
    ["text with none", text("t", 3, { min: 0 }), "", []],
    ["text with a check", text("t", 3, { check: isHex }), "f0", ["f0"]],
    ["text with a check", text("t", 3, { check: isHex }), "g0", []],
    ["optional", optional(int(1, 9)), "1", [1]],
    ["optional", optional(int(1, 9)), "", []], // empty is not left out
    ["optional", optional(int(1, 9)), "0", []],
    ["with the next alone", withNext(int(1, 9)), "1", []],
    ["with the next, and one too many", withNext(int(1, 9)), "1,1", []],
    ["keeping", keeping(int(1, 9)), "", [undefined]],
    ["keeping", keeping(int(1, 9)), "1", [1]],
    ["keeping", keeping(int(1, 9)), "0", []],
    ["secret", secret(int(1, 9)), "1", [1]],
    ["one too many", int(1, 9), "1,1", []],
    ["one too many, empty", int(1, 9), "1,", []],
  ])("%s: %o from %j", (_, param, written, value) => expect(read(param, written)).toEqual(value));
});

describe("several parameters", () => {
  const shape = { id: int(1, 9), pkt: keeping(int(1, 60)), retry: keeping(int(0, 10)), notice: keeping(choice(0, 1)) };
  test.each<[written: string, values: unknown]>([
    ["1", { id: 1 }],
    ["1,2", { id: 1, pkt: 2 }],
    ["1,2,,1", { id: 1, pkt: 2, notice: 1 }], // positional
    ["1,,,1", { id: 1, notice: 1 }],
    ["1,,,", { id: 1 }],
    ["1,,,,", undefined],
    ["", undefined],
    [",2", undefined],
  ])("%j", (written, values) => expect(readParams(shape, tokensOf(written))).toEqual(values));
});

describe("one that needs the next", () => {
  const shape = {
    id: int(1, 9),
    name: withNext(text("name", 9)),
    key: withNext(text("key", 9)),
    last: optional(int(1, 9)),
  };
  test.each<[written: string, values: unknown]>([
    ["1", { id: 1 }],
    ["1,a", undefined],
    ["1,a,b", undefined],
    ["1,a,b,2", { id: 1, name: "a", key: "b", last: 2 }],
    ["1,a,,2", undefined],
  ])("%j", (written, values) => expect(readParams(shape, tokensOf(written))).toEqual(values));
});

describe("groups that repeat", () => {
  const shape = { id: int(1, 9), topics: repeat({ topic: text("topic", 9), qos: choice(0, 1, 2) }) };
  test.each<[written: string, topics: unknown]>([
    ["1,a,0", [{ topic: "a", qos: 0 }]],
    [
      "1,a,0,b,2",
      [
        { topic: "a", qos: 0 },
        { topic: "b", qos: 2 },
      ],
    ],
    ["1", undefined],
    ["1,a", undefined],
    ["1,a,0,b", undefined],
    ["1,a,0,b,3", undefined],
    ["1,a,0,", undefined],
  ])("%j", (written, topics) => expect(readParams(shape, tokensOf(written))?.topics).toEqual(topics));
});

describe("ranges as a test line prints them", () => {
  test.each<[param: Param<unknown>, range: string]>([
    [int(0, 3600), "(0-3600)"],
    [choice(0), "(0)"],
    [choice(3, 4), "(3,4)"],
    [choice(0, 1, 2), "(0-2)"],
    [text("topic", 255), '"<topic>"'],
    [optional(int(1, 9)), "(1-9)"],
    [keeping(choice(0, 1)), "(0,1)"],
    [secret(text("password", 9)), '"<password>"'],
    [repeat({ topic: text("topic", 9), qos: choice(0, 1, 2) }), '"<topic>",(0-2)'],
  ])("%# %s", (param, range) => expect(param.range).toBe(range));
});

test("a number is accepted exactly when it is in its range", () => {
  const limits = fc.tuple(fc.nat(70_000), fc.nat(70_000)).map((pair) => pair.sort((one, other) => one - other));
  fc.assert(
    fc.property(limits, fc.integer({ min: -2, max: 70_002 }), ([min = 0, max = 0], number) => {
      expect(read(int(min, max), `${number}`)).toEqual(number >= min && number <= max ? [number] : []);
    }),
  );
});

const anyParam: fc.Arbitrary<Param<unknown>> = fc.oneof(
  fc.tuple(fc.nat(99), fc.nat(99)).map(([min, more]) => int(min, min + more)),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([min, more]) => choice(...Array.from({ length: more + 1 }, (_, i) => min + i))),
  fc.tuple(fc.integer({ min: 4, max: 300 }), fc.constantFrom(0, 1)).map(([max, min]) => text("t", max, { min })),
);
const group = (param: Param<unknown>) => repeat({ param, more: choice(0, 1) });
const wrappers = [optional, group, keeping, secret, (param: Param<unknown>) => param];

test("good probes of a parameter are accepted, and bad ones are not", () => {
  fc.assert(
    fc.property(anyParam, fc.constantFrom(...wrappers), (plain, wrap) => {
      const param = wrap(plain);
      for (const good of param.probes.good) expect(read(param, good), good).toHaveLength(1);
      for (const bad of param.probes.bad) expect(read(param, bad), bad).toEqual([]);
    }),
  );
});

test("the probes of a number hold both limits and the numbers just beyond them", () => {
  for (const param of [int(3, 9), choice(3, 4, 5, 6, 7, 8, 9)]) {
    expect(param.probes.good).toEqual(expect.arrayContaining(["3", "9"]));
    expect(param.probes.bad).toEqual(expect.arrayContaining(["2", "10", ""]));
  }
});

describe("secret tokens", () => {
  const shape = { user: text("user", 9), password: optional(secret(text("password", 9))) };
  const found = (written: string) => secretTokens(shape, tokensOf(written))?.map((token) => token.text);

  test("are found by their place", () => expect(found("me,pw")).toEqual(["pw"]));
  test("may be left out", () => expect(found("me")).toEqual([]));
  test("are unknown where the tokens do not fit the shape", () => {
    for (const written of ["", "me,", "me,pw,more", ",pw"]) expect(found(written), written).toBeUndefined();
  });
});
