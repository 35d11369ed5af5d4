import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { explainScenario } from "../../../emulator/faults/language/explain.js";
import { readyScenarios } from "../../../net/storage/ready-scenarios.js";
import { loadScenario } from "../../../net/storage/scenario-file.js";
import { UserError } from "../../../net/user-error.js";

const folder = mkdtempSync(join(tmpdir(), "bc28-emu-scenario-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, "my.yaml");
async function problemOf(text: string | Buffer): Promise<string> {
  writeFileSync(file, text);
  const error = await loadScenario(file).catch((error: unknown) => error);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${error}`);
  expect(error.code).toBe(2);
  return error.message.replaceAll(folder, "");
}

test("twelve scenarios are ready; each has its file's name, says what it is about, and can be explained", async () => {
  expect(readyScenarios()).toEqual([
    "bad-credentials",
    "broker-restart",
    "brown-out",
    "flapping-coverage",
    "lost-acks",
    "name-server-down",
    "nat-timeout",
    "no-sim",
    "noisy-uart",
    "reboot-loop",
    "slow-network",
    "weak-signal",
  ]);
  for (const name of readyScenarios()) {
    const scenario = await loadScenario(name);
    expect(scenario.name).toBe(name);
    expect(scenario.about).toMatch(/^[A-Z].* host should .*\.$/);
    expect(explainScenario(scenario).length).toBeGreaterThanOrEqual(2 * scenario.steps.length - 4);
  }
});

test("a file of YAML is read, with its comments and its quotes", async () => {
  writeFileSync(
    file,
    [
      "# a comment",
      "name: acknowledgements get lost, then the cell is gone",
      "seed: 7",
      "steps:                      # one after the other",
      "  - lose 2 PUBACK",
      "  - when: 'module says +QMTOPEN: 0,0'",
      "    do: [latency 2s, power off]",
      "  - when: 40s later",
      '    do: "say \\"+QMTSTAT: 0,1\\""',
      "",
    ].join("\r\n"),
  );
  const { steps, ...others } = await loadScenario(file);
  expect(others).toEqual({ name: "acknowledgements get lost, then the cell is gone", about: undefined, seed: 7 });
  expect(steps.map(({ text, does }) => [text, ...does.map(({ text }) => text)])).toEqual([
    ["", "lose 2 PUBACK"],
    ["module says +QMTOPEN: 0,0", "latency 2s", "power off"],
    ["40s later", 'say "+QMTSTAT: 0,1"'],
  ]);
});

const colon = "a text that holds a colon and a blank has to stand in quotes";

test.each([
  ["", "/my.yaml: the whole of it: null is not an object"],
  ["- drop link", "/my.yaml: the whole of it: a list is not an object"],
  [
    "name: x\nsteps:\n  - drop link\n  - drop lnk\n",
    '/my.yaml:4: steps[1]: "drop lnk": "lnk" cannot stand behind "drop"; did you mean link?',
  ],
  [
    "name: x\nsteps:\n  - when: 40s later\n    do:\n      - drop link\n      - lose PUBAK\n",
    '/my.yaml:6: steps[0].do[1]: "lose PUBAK": "PUBAK" cannot stand behind "lose"; did you mean PUBACK?',
  ],
  ["name: x\n\nstepps:\n  - drop link", "/my.yaml:4: stepps: unknown key; did you mean steps?"],
  ["steps: [drop link]", "/my.yaml: name: it is missing"],
  ["name: x\nsteps:\n  - when: module says +QMTOPEN: 0,0\n    do: drop link", `/my.yaml:3: ${colon}`],
  [
    "name: x\nsteps:\n  - when link up: drop link\n",
    "/my.yaml:3: steps[0]: a sentence with a colon stands in quotes; write 'when link up: drop link'",
  ],
  ["name: x\nsteps:\n\t- drop link", "/my.yaml:3: it is not YAML: Tabs are not allowed as indentation"],
  ['name: "x\nsteps: []', '/my.yaml:2: it is not YAML: Missing closing "quote'],
  ["name: x\nname: y\nsteps: [drop link]", "/my.yaml:2: the key name stands twice"],
  ["name: &n x\nsteps: [*n]", "/my.yaml:2: the alias *n is not taken; write the text again"],
  ["name: !!binary aGVs\nsteps: [drop link]", "/my.yaml:1: tags (!) are not taken"],
  ["name: x\nsteps: !!set {drop link}", "/my.yaml:2: tags (!) are not taken"],
  ["name: !evil x\nsteps: [drop link]", "/my.yaml:1: tags (!) are not taken"],
  ["name: x\n---\nname: y", "/my.yaml:2: one file holds one scenario; `---` begins another"],
  ["? [a, b]\n: x", "/my.yaml:1: a key is a text"],
  [
    "name: x\nsteps: [drop link]\n__proto__: 5",
    expect.stringMatching(/^\/my\.yaml:3: __proto__: unknown key; there are: /),
  ],
])("%j", async (text, problem) => {
  expect(await problemOf(text)).toEqual(problem);
});

test("a file that would take long, or run out of memory, is refused at once", async () => {
  const start = performance.now();
  const deep = /^\/my\.yaml:\d+: it is nested too deeply$/;
  expect(await problemOf("[".repeat(200_000))).toMatch(deep);
  expect(await problemOf("[\n".repeat(100_000))).toMatch(deep);
  expect(await problemOf(`${"]".repeat(100)}\n${"{a: ".repeat(100)}`)).toMatch(deep);
  expect(await problemOf("- ".repeat(100_000))).toMatch(deep);
  expect(await problemOf(`a: ${"? ".repeat(100_000)}`)).toMatch(deep);
  expect(await problemOf(Array.from({ length: 500 }, (_, at) => `${" ".repeat(at)}k:`).join("\n"))).toMatch(deep);
  expect(await problemOf("x".repeat(262_145))).toBe("scenario /my.yaml: it is longer than 262144 bytes");
  expect(await problemOf(Buffer.of(0xff))).toBe("scenario /my.yaml: it is not UTF-8");
  expect(await problemOf("- drop link\n".repeat(20_000))).toBe("/my.yaml: the whole of it: a list is not an object");
  expect(await problemOf(Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join("\n"))).toMatch(
    /^\/my\.yaml:\d+: k0: unknown/,
  );
  expect(performance.now() - start).toBeLessThan(15_000);
});

test.each([
  ["no-sym", /^scenario no-sym: there is no such scenario; did you mean no-sim\? \(or give a file of YAML\)$/],
  [
    "nothing",
    /^scenario nothing: there is no such scenario; there are: bad-credentials, .*\(or give a file of YAML\)$/,
  ],
  ["./no-sim", /^scenario \.\/no-sim: there is no such file$/],
  ["", /^scenario "": there is no such scenario/],
  [tmpdir(), /^scenario .*: it is not a file$/],
])("there is no scenario %j", async (name, problem) => {
  await expect(loadScenario(name)).rejects.toThrow(problem);
});
