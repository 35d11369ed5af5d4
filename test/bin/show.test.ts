import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, Program, runToEnd, type StartOptions } from "./program.js";

let folder = "";
let trace = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-show-"));
  const path = join(folder, "run.jsonl");
  await runToEnd(["--stdio", "--trace", path, "--fault", "sim out"], "AT+CMEE=1\rAT+CIMI\r");
  trace = readFileSync(path, "utf8");
});
afterAll(() => rmSync(folder, { recursive: true }));

const show = (args: readonly string[], input = "", env: StartOptions["env"] = {}): Promise<Ended> =>
  runToEnd(["show", ...args], input, { env: { NO_COLOR: "", ...env } });

const coloured = /\x1b\[36m─ AT\+CIMI ─+▶\x1b\[0m/;

describe("a trace of a run", () => {
  test("in a file: the run, its faults, and the chart", async () => {
    const { code, out, err } = await show([join(folder, "run.jsonl")], "", { FORCE_COLOR: "0" });
    expect([code, err]).toEqual([0, ""]);
    const text = Buffer.from(out, "latin1").toString("utf8");
    expect(text).toMatch(
      /^bc28-emu \d+\.\d+\.\d+: bc28, seed 0, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\nfault: sim out\n\n/,
    );
    expect(text).toMatch(/│─ AT\+CIMI ─+▶│ +┊\n +│ ▲ error early-command: /); // both lines came in one write
    expect(text).toMatch(/ │◀ \+CME ERROR: 310 ─+│/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBe(100);
  });

  test.each<[string, StartOptions["env"], boolean]>([
    ["FORCE_COLOR", { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR and NO_COLOR", { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    ["NO_COLOR", { FORCE_COLOR: undefined as never, NO_COLOR: "1" }, false],
    ["a pipe", { FORCE_COLOR: undefined as never }, false],
  ])("%s", async (_, env, isColoured) => {
    const { out } = await show(["-"], trace, env);
    expect(coloured.test(Buffer.from(out, "latin1").toString("utf8"))).toBe(isColoured);
  });

  test("from a pipe, cut by SIGKILL: the whole events, and a line that tells it", async () => {
    const { code, out } = await show(["-", "--ascii", "--width", "60"], trace.slice(0, -30), { FORCE_COLOR: "0" });
    expect(code).toBe(0);
    expect(out).toMatch(/^[ -~\n]*$/);
    expect(out).toContain("|- AT+CIMI -");
    expect(out).toMatch(/\nThe last line of the trace is a part of an event/);
  });
});

test.each([
  ["nothing", "", "it is empty"],
  ["another file", "{}\n", "it is no trace of bc28-emu"],
  ["another version", '{"format":"bc28-emu trace","version":9}\n', "it has version 9; this program reads version 1"],
])("%s ends in a line and code 1", async (_, input, why) => {
  const { code, out, err } = await show(["-"], input);
  expect({ code, out, err }).toEqual({ code: 1, out: "", err: `bc28-emu: trace standard input: ${why}\n` });
});

test("a broken line in the middle is told behind the events before it", async () => {
  const { code, out, err } = await show(["-"], `${trace}broken\n${trace.split("\n")[1]}\n`);
  expect(code).toBe(1);
  expect(out).toContain("AT+CIMI");
  expect(err).toMatch(/^bc28-emu: trace standard input: line \d+ is no event\n$/);
});

test("a file that is not there", async () => {
  const path = join(folder, "none");
  const { code, err } = await show([path]);
  expect([code, err]).toEqual([1, `bc28-emu: trace ${JSON.stringify(path)}: there is no such file\n`]);
});

test.each([
  [[], "show: it needs a trace, for instance bc28-emu show run.jsonl, or - for standard input"],
  [["a", "--seed", "1"], "show: it takes no --seed"],
])("wrong usage: %j", async (args, why) => {
  const { code, err } = await show(args);
  expect([code, err]).toEqual([2, `bc28-emu: ${why}\n`]);
});

test("a reader that goes away ends it", async () => {
  const path = join(folder, "long.jsonl");
  const [first = "", ...events] = trace.trimEnd().split("\n");
  writeFileSync(path, [first, ...Array.from({ length: 20_000 }, () => events).flat()].join("\n"));
  const program = new Program(["show", path, "--unfold"], { env: { FORCE_COLOR: "0" } });
  await program.prints(/host/);
  program.child.stdout?.destroy();
  const { code, err } = await program.ended;
  expect([code, err]).toEqual([0, ""]);
});
