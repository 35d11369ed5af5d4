import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { itemsOf } from "../../../net/coverage/coverage.js";
import type { Finding } from "../../../net/referee/finding.js";
import { ruleTable } from "../../../net/referee/rules.js";
import { junitXml } from "../../../net/report/junit.js";
import { failuresIn, type RunData } from "../../../net/report/report-data.js";
import { reportPage } from "../../../net/report/report-page.js";
import { summaryMarkdown } from "../../../net/report/summary.js";
import { type Element, parseXml } from "./xml.js";

const finding = (fields: Partial<Finding>): Finding => ({
  ...{ rule: "early-command", severity: "error", at: 84, t: 12_345, text: "AT+CSQ", advice: "Wait.", source: "V.250" },
  ...{ count: 1, last: 84 },
  ...fields,
});

const event = (seq: number, line = "AT") => ({ seq, t: seq, wall: "2026-01-02T03:04:05.678Z", kind: "line", line });

const run = (...findings: readonly Finding[]): RunData => ({
  header: {
    ...{ program: "1.2.3", seed: 7, profile: "bc28", quirks: {}, timing: "instant", timeScale: 1 },
    ...{ faults: ["lose 2 PUBACK"], scenarios: [] },
  },
  ...{ first: event(1), last: event(2), events: 2, findings },
  coverage: { runs: 1, counts: { commands: { "AT+QMTOPEN=": 1 }, results: { "+QMTOPEN: 0,0": 1 } } },
});

const pageOf = (...findings: readonly Finding[]): string => {
  const { header, coverage } = run();
  return reportPage({ header, events: [event(84)], findings, coverage: itemsOf(coverage.counts) });
};

/** What the schema of Jenkins allows: attributes (those with ! must be there), and elements in it. */
const schema: Readonly<Record<string, { readonly has: string; readonly in: string }>> = {
  testsuites: { has: "name time tests failures errors", in: "testsuite" },
  testsuite: {
    has: "name! tests! failures! errors! group time skipped timestamp hostname id package file log url version",
    in: "testsuite properties testcase system-out system-err",
  },
  properties: { has: "", in: "property" },
  property: { has: "name! value!", in: "" },
  testcase: { has: "name! time classname group", in: "skipped error failure system-out system-err" },
  failure: { has: "type message", in: "" },
  "system-out": { has: "", in: "" },
};

function problemsOf({ name, attributes, children, text }: Element): readonly string[] {
  const { has, in: within } = schema[name] ?? { has: "", in: "" };
  const known = has.split(" ");
  const mayHaveText = name === "failure" || name === "system-out";
  return [
    ...(Object.hasOwn(schema, name) ? [] : [`<${name}> is unknown`]),
    ...(mayHaveText || text.trim() === "" ? [] : [`text in <${name}>`]),
    ...known.flatMap((key) => (key.endsWith("!") && !(key.slice(0, -1) in attributes) ? [`${name} lacks ${key}`] : [])),
    ...Object.keys(attributes).flatMap((key) =>
      known.some((one) => one.replace("!", "") === key) ? [] : [`${name} ${key}`],
    ),
    ...Object.entries(attributes).flatMap(([key, value]) =>
      key === "time" && !/^\d{1,9}\.\d{3}$/.test(value) ? [value] : [],
    ),
    ...children.flatMap((child) => (within.split(" ").includes(child.name) ? [] : [`${child.name} in ${name}`])),
    ...children.flatMap(problemsOf),
  ];
}

const casesIn = (xml: string): readonly Element[] =>
  parseXml(xml).children.flatMap(({ children }) => children.filter(({ name }) => name === "testcase"));

/** Any text, also with half of a surrogate pair. */
const anyText = fc.array(fc.nat({ max: 0xffff })).map((codes) => String.fromCharCode(...codes));

describe("junit.xml", () => {
  const all = [
    finding({}),
    finding({ rule: "lf-only", severity: "warning" }),
    finding({ rule: "echo-on", severity: "note" }),
  ];
  const xml = junitXml(run(...all));

  test("is what Jenkins' schema allows", () => expect(problemsOf(parseXml(xml))).toEqual([]));

  test("has a test case for each rule; errors and warnings fail, notes are told", () => {
    const cases = casesIn(xml);
    expect(cases.map(({ attributes }) => attributes.name)).toEqual(Object.keys(ruleTable));
    const of = (id: string) => cases.find(({ attributes }) => attributes.name === id)?.children[0];
    expect(of("early-command")).toMatchObject({ name: "failure", attributes: { type: "error", message: "AT+CSQ" } });
    expect(of("early-command")?.text).toContain("error at 12.345 s (event 84): AT+CSQ");
    expect(of("lf-only")).toMatchObject({ name: "failure", attributes: { type: "warning" } });
    expect(of("echo-on")).toMatchObject({ name: "system-out" });
    expect(of("prompt-left-open")).toBe(undefined);
    expect(parseXml(xml).children[0]?.attributes).toMatchObject({
      failures: "2",
      errors: "0",
      tests: `${cases.length}`,
    });
  });

  test("whatever a host has said, it is well-formed, and the text comes back", () => {
    fc.assert(
      fc.property(anyText, anyText, (text, advice) => {
        const hostile = junitXml(run(finding({ text: `${text}\ud800\u0000]]>`, advice })));
        expect(problemsOf(parseXml(hostile))).toEqual([]);
        const [failure] = casesIn(hostile)[0]?.children ?? [];
        expect(failure?.text).toContain("\\ud800\\u0000]]>");
      }),
    );
  });
});

describe("summary.md", () => {
  test("fits a pull request", () => {
    const text = summaryMarkdown(
      run(finding({ count: 3, last: 99 }), finding({ rule: "lf-only", severity: "warning" })),
    );
    expect(text).toContain("### bc28-emu: 1 error, 1 warning, 0 notes\n");
    expect(text).toContain(
      "| **error** | `early-command` | AT\\+CSQ | at 12.345 s (event 84, 3 times, last in event 99) | Wait. |",
    );
    expect(text).toContain("<details><summary>Coverage: the host has met 1 of ");
    expect(text).toContain("| results | `+QMTOPEN: 0,4` | `--fault 'unknown name'` |");
    expect(text.length).toBeLessThan(30_000);
  });

  test("says so where nothing was found", () =>
    expect(summaryMarkdown(run())).toContain("The host has broken no rule."));

  test("a payload makes no markup, no cell and no mention", () => {
    const text = summaryMarkdown(
      run(finding({ text: "a|b\n# c <img src=x onerror=y> [x](http://y) @team `z` \u202e" })),
    );
    const [row = ""] = text.split("\n").filter((line) => line.includes("early-command"));
    expect(row.replace(/\\\|/g, "").split("|")).toHaveLength(7);
    expect(row).not.toMatch(/<img|@team|(?<!\\)\[x|:\/\/|(?<!\\)`z|\u202e/);
  });
});

describe("report.html", () => {
  test("fetches nothing, and runs nothing", () => {
    const page = pageOf(finding({}));
    expect(page).toContain("default-src 'none'; style-src 'sha256-");
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|url\(|@import/);
    expect(page).toContain('<a href="#e84">at 12.345 s (event 84)</a>');
    expect(page).toContain('<tr id="e84">');
  });

  test("whatever a host has said is text", () => {
    const page = pageOf(finding({ text: '<script>x</script><b "&\u202e\u0007' }));
    expect(page).toContain("&lt;script&gt;x&lt;/script&gt;&lt;b &quot;&amp;<i>U+202E</i><i>U+0007</i>");
  });
});

test.each([
  [undefined, 0],
  ["error", 1],
  ["warning", 2],
] as const)("--fail-on %s: %i of an error, a warning and a note", (failOn, count) => {
  const all = [finding({}), finding({ severity: "warning" }), finding({ severity: "note" })];
  expect(failuresIn(all, failOn)).toHaveLength(count);
});
