import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainScenario } from "../../../emulator/faults/language/explain.js";
import { type Scenario, scenarioFrom } from "../../../emulator/faults/language/scenario.js";

function scenario(data: unknown): Scenario {
  const read = scenarioFrom(data);
  if ("problem" in read) throw new Error(read.problem);
  return read.scenario;
}

const pageExample = {
  name: "acknowledgements get lost, then the cell is gone",
  about: "Tries both.\n",
  seed: 7,
  steps: [
    "lose 2 PUBACK",
    { when: "host sends AT+QMTPUB*", do: ["latency 2s", "coverage off"] },
    { when: "40s later", do: "coverage on" },
    { when: "connected" },
    { when: "1s..3s later" },
    { whenever: "link up", do: "lose PINGRESP" },
    { do: ["drop link", "when link up: drop link"] },
  ],
};

test("a scenario is read step by step", () => {
  const { steps, ...others } = scenario(pageExample);
  expect(others).toEqual({ name: pageExample.name, about: "Tries both.", seed: 7 });
  expect(steps.map(({ does, ...step }) => ({ ...step, does: does.map(({ text }) => text) }))).toEqual([
    { start: { kind: "atOnce" }, text: "", does: ["lose 2 PUBACK"] },
    {
      start: { kind: "when", what: { kind: "hostSends", line: "AT+QMTPUB*" } },
      text: "host sends AT+QMTPUB*",
      does: ["latency 2s", "coverage off"],
    },
    { start: { kind: "later", by: { min: 40_000, max: 40_000 } }, text: "40s later", does: ["coverage on"] },
    { start: { kind: "when", what: { kind: "connected" } }, text: "connected", does: [] },
    { start: { kind: "later", by: { min: 1000, max: 3000 } }, text: "1s..3s later", does: [] },
    { start: { kind: "whenever", what: { kind: "linkUp" } }, text: "link up", does: ["lose PINGRESP"] },
    { start: { kind: "atOnce" }, text: "", does: ["drop link", "when link up: drop link"] },
  ]);
});

test("a scenario is explained", () => {
  expect(explainScenario(scenario(pageExample))).toEqual([
    "1. At power-up:",
    "   Each of the next 2 PUBACK from the broker is lost.",
    "2. The next time that the host sends AT+QMTPUB, before the answer:",
    "   Every link is 2 s late each way, in order.",
    "   There is no coverage.",
    "3. 40 s after step 2:",
    "   There is coverage again.",
    "4. Wait until CONNACK with code 0 has come.",
    "5. Wait 1 to 3 s.",
    "6. Each time from now on that the TCP link is up:",
    "   The next PINGRESP from the broker is lost.",
    "7. At once:",
    "   The link to the broker is reset (RST).",
    "   The next time that the TCP link is up: the link to the broker is reset (RST).",
  ]);
});

const steps = (...some: readonly unknown[]): unknown => ({ name: "x", steps: some });
const span = "a span of time, such as 40s or 1s..3s, up to 24h";

describe("what is wrong is named with its place", () => {
  test.each<[data: unknown, problem: string, path?: readonly (string | number)[]]>([
    ["drop link", 'the whole of it: "drop link" is not an object'],
    [null, "the whole of it: null is not an object"],
    [["drop link"], "the whole of it: a list is not an object"],
    [{}, "name: it is missing"],
    [{ name: "x" }, "steps: it is missing"],
    [{ name: "" }, 'name: "" is not a name of 1 to 100 characters', ["name"]],
    [{ name: 7 }, "name: 7 is not text; it takes a name of 1 to 100 characters", ["name"]],
    [{ name: "x", seed: -1 }, "seed: -1 is not a whole number from 0 to 4294967295", ["seed"]],
    [{ name: "x", stepps: [] }, "stepps: unknown key; did you mean steps?", ["stepps"]],
    [steps(), "steps: it takes 1 to 1000, not 0", ["steps"]],
    [steps("drop link", 5), "steps[1]: 5 is no step; a step is a sentence, or has the keys when and do", ["steps", 1]],
    [steps(null), "steps[0]: null is no step; a step is a sentence, or has the keys when and do", ["steps", 0]],
    [
      steps("cover off"),
      expect.stringMatching(/^steps\[0\]: "cover off": "cover" is no fault; there are: lose, /),
      ["steps", 0],
    ],
    [
      steps("drop link", { when: "40s later", do: "coverag off" }),
      'steps[1].do: "coverag off": "coverag" is no fault; did you mean coverage?',
      ["steps", 1, "do"],
    ],
    [
      steps({ when: "link up", do: ["drop link", "lose PUBAK"] }),
      'steps[0].do[1]: "lose PUBAK": "PUBAK" cannot stand behind "lose"; did you mean PUBACK?',
      ["steps", 0, "do", 1],
    ],
    [steps({ do: 5 }), 'steps[0].do: 5 is no sentence, such as "lose 2 PUBACK"', ["steps", 0, "do"]],
    [steps({ do: [] }), "steps[0].do: it takes 1 to 100, not 0", ["steps", 0, "do"]],
    [steps({}), "steps[0].do: it is missing", ["steps", 0, "do"]],
    [steps({ whenever: "link up" }), "steps[0].do: it is missing", ["steps", 0, "do"]],
    [steps({ when: "lnk up" }), 'steps[0].when: "lnk up": "lnk" is no event; did you mean link?', ["steps", 0, "when"]],
    [steps({ when: 40 }), 'steps[0].when: 40 is no event, such as "link up"', ["steps", 0, "when"]],
    [steps({ when: "40 later" }), `steps[0].when: "40" is not ${span}`, ["steps", 0, "when"]],
    [
      steps({ whenever: "40s later", do: "drop link" }),
      expect.stringMatching(/^steps\[0\]\.whenever: "40s later": "40s" is no event; there are: at, host, /),
      ["steps", 0, "whenever"],
    ],
    [
      steps({ when: "link up", whenever: "link up", do: "drop link" }),
      "steps[0].whenever: it stands beside when; take one",
      ["steps", 0, "whenever"],
    ],
    [steps({ wen: "link up", do: "drop link" }), "steps[0].wen: unknown key; did you mean when?", ["steps", 0, "wen"]],
    [
      steps({ "when link up": "drop link" }),
      "steps[0]: a sentence with a colon stands in quotes; write 'when link up: drop link'",
      ["steps", 0],
    ],
    [
      steps({ 'say "+QMTSTAT': '0,1"' }),
      `steps[0]: a sentence with a colon stands in quotes; write 'say "+QMTSTAT: 0,1"'`,
      ["steps", 0],
    ],
  ])("%j", (data, problem, path = []) => {
    expect(scenarioFrom(data)).toEqual({ problem, path });
  });
});

test("any data is a scenario, or has a problem of one line", () => {
  const key = fc.constantFrom("name", "steps", "about", "seed", "when", "whenever", "do", "__proto__", "x");
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("drop link", "link up", "2s later"),
    fc.integer(),
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.jsonValue(),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(key, tie("any")),
    ),
  }));
  fc.assert(
    fc.property(fc.oneof(any, fc.record({ name: leaf, steps: fc.array(any, { maxLength: 3 }) })), (data) => {
      const read = scenarioFrom(data);
      if ("problem" in read) expect(read.problem).toMatch(/^[^\0-\x1f\x7f-\x9f\u2028\u2029]{10,800}$/);
      else expect(explainScenario(read.scenario).length).toBeGreaterThan(0);
    }),
  );
});
