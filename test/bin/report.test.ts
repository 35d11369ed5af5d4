import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportFiles } from "../../net/report/report-folder.js";
import { traceEvent } from "../../net/trace/trace-schema.js";
import { until } from "../net/port-recorder.js";
import { Program, runToEnd } from "./program.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-report-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sorted = (names: readonly string[]): readonly string[] => [...names].sort();
const whole = sorted(reportFiles);

test("exec leaves a report and adds to the coverage; the command's code goes first", async () => {
  const [out, sum] = [join(folder, "new", "out"), join(folder, "sum.json")];
  const args = ["exec", "--report", out, "--coverage", sum, "--fail-on", "error", "--"];
  expect(
    (await runToEnd([...args, "sh", "-c", "sleep 0.2; printf 'AT+CSQ\\r' > $BC28_PORT; sleep 0.2; exit 7"])).code,
  ).toBe(7);
  expect((await runToEnd([...args, "true"])).code).toBe(0);
  expect(sorted(readdirSync(out))).toEqual(whole);
  expect(JSON.parse(readFileSync(join(out, "coverage.json"), "utf8"))).toMatchObject({ runs: 1 });
  const [, data = ""] = /id="run">([^<]+)</.exec(readFileSync(join(out, "report.html"), "utf8")) ?? [];
  const page = JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString());
  expect(page).toMatchObject({ header: { profile: "bc28" }, findings: [], leftOut: 0 });
  expect(JSON.stringify(page.events)).toContain("REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET");
  const { out: text, code } = await runToEnd(["coverage", sum, join(out, "coverage.json")]);
  expect({ text, code }).toMatchObject({ code: 0, text: expect.stringMatching(/^In 3 runs the host has met/) });
  expect(text).toMatch(/^ +1 {2}AT\+CSQ$/m);
  expect(text).toContain("--fault 'error AT+CSQ'");
  expect((await runToEnd(["coverage", join(out, "trace.jsonl")])).out).toMatch(/^In 1 run the host has met 1 of /);
  const { out: json } = await runToEnd(["coverage", "--json", sum]);
  expect(JSON.parse(json)).toMatchObject({ format: "bc28-emu coverage", runs: 2 });
});

test("what the host did wrong is told, makes code 3, and is in the report", async () => {
  const out = join(folder, "wrong");
  const host = "sleep 0.2; printf 'AT+CSQ\\n' > $BC28_PORT; sleep 0.2";
  const { code, err } = await runToEnd(["exec", "--report", out, "--fail-on", "warning", "--", "sh", "-c", host]);
  expect({ code, err }).toEqual({ code: 3, err: expect.stringMatching(/^bc28-emu: warning lf-only at [^\n]*\n$/) });
  const { findings } = JSON.parse(readFileSync(join(out, "findings.json"), "utf8"));
  expect(findings).toMatchObject([{ rule: "lf-only", severity: "warning", count: 1 }]);
  const events = readFileSync(join(out, "trace.jsonl"), "utf8").split("\n");
  expect(JSON.parse(events[findings[0].at] ?? "")).toMatchObject({ seq: findings[0].at, kind: "line", line: "AT+CSQ" });
  expect((await runToEnd(["exec", "--fail-on", "error", "--", "sh", "-c", host])).code).toBe(0);
});

test("without exec the run itself ends with code 3", async () => {
  const program = new Program(["--stdio", "--fail-on", "warning"]);
  await until("the banner", () => program.out.includes("OK"));
  program.type("AT+CSQ\n");
  await until("an answer", () => program.out.includes("+CSQ:"));
  expect((await program.end("SIGTERM")).code).toBe(3);
});

test("a signal leaves the whole report, and other files stay", async () => {
  const out = join(folder, "signal");
  mkdirSync(out);
  for (const name of ["junit.xml", "mine.txt"]) writeFileSync(join(out, name), "old");
  const program = new Program(["--stdio", "--broker", "0", "--report", out]);
  await until("the banner", () => program.out.includes("OK"));
  program.type("AT+CGMM\r");
  await until("an answer", () => program.out.includes("BC28"));
  expect(readFileSync(join(out, "junit.xml"), "utf8")).toBe("old");
  program.child.kill("SIGTERM"); // timeout(1) sends it twice: to its child, and to its group
  expect((await program.end("SIGTERM")).code).toBe(0);
  expect(sorted(readdirSync(out))).toEqual(sorted([...whole, "mine.txt"]));
  const [, ...lines] = readFileSync(join(out, "trace.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => v.is(traceEvent, JSON.parse(line)))).not.toContain(false);
  expect(lines.join("\n")).toContain("AT+CGMM");
  expect(readFileSync(join(out, "junit.xml"), "utf8")).toContain("<testcase");
});

describe("what cannot be written is told in one line, before the module starts", () => {
  const refused = async (...args: readonly string[]) => {
    const { code, out, err } = await runToEnd([...args, "--stdio"]);
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 2, out: "", lines: 2 });
    return err;
  };

  test("a report in place of a file", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "mine");
    expect(await refused("--report", path)).toContain(`--report ${JSON.stringify(path)}: it is not a folder`);
    expect(await refused("--report", join(path, "in it"))).toContain("it is not a folder");
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  test("a report with a folder in place of one of its files", async () => {
    const path = join(folder, "taken");
    mkdirSync(join(path, "report.html"), { recursive: true });
    expect(await refused("--report", path)).toContain("report.html in it is a folder");
    expect(readdirSync(path)).toEqual(["report.html"]);
  });

  test("a report where the system makes no folders, for root neither", async () => {
    expect(await refused("--report", "/proc/x/report")).toContain("it cannot be written");
  });

  test("coverage in a foreign file, also with a report that could be written", async () => {
    const [path, out] = [join(folder, "foreign.json"), join(folder, "unwritten")];
    writeFileSync(path, "{}");
    expect(await refused("--report", out, "--coverage", path)).toContain("was not written by --coverage");
    expect(readFileSync(path, "utf8")).toBe("{}");
  });

  test("two things in one file", async () => {
    const [one, out] = [join(folder, "one"), join(folder, "apart")];
    expect(await refused("--trace", one, "--coverage", one)).toContain("--trace writes a file of this name");
    expect(await refused("--coverage", one, "--nvm", one)).toContain("--coverage writes a file of this name");
    expect(await refused("--report", out, "--coverage", join(out, "coverage.json"))).toContain(
      "--report writes a file",
    );
    expect(readdirSync(folder)).not.toContain("apart");
  });

  test("a severity that there is not, and empty names", async () => {
    expect(await refused("--fail-on", "note")).toContain("give one of error, warning, never");
    expect(await refused("--trace", join(folder, "t"), "--trace-secrets", "--report", join(folder, "r"))).toContain(
      "--trace-secrets takes no --report",
    );
    expect(await refused("--report", "")).toContain("--report needs a folder");
    expect(await refused("--coverage", "")).toContain("--coverage needs a path");
  });

  test("where the module cannot start, nothing is left", async () => {
    const out = join(folder, "unstarted");
    expect((await runToEnd(["--report", out, "--tcp", "999.1.1.1:1"])).code).not.toBe(0);
    expect((await runToEnd(["--report", out, "--device", join(folder, "nothing here")])).code).not.toBe(0);
    expect(readdirSync(folder).includes("unstarted") ? readdirSync(out) : []).toEqual([]);
  });
});

test("a report that cannot be written at the end is told, and leaves nothing", async () => {
  const out = join(folder, "late");
  const program = new Program(["--stdio", "--report", out]);
  await until("the banner", () => program.out.includes("OK"));
  mkdirSync(join(out, "summary.md"));
  const { code, err } = await program.end("SIGINT");
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining("summary.md in it is a folder") });
  expect(readdirSync(out)).toEqual(["summary.md"]);
});

test("a file of a report may be a symlink, which is replaced", async () => {
  const out = join(folder, "linked");
  mkdirSync(out);
  symlinkSync("nowhere", join(out, "trace.jsonl"));
  expect((await runToEnd(["exec", "--report", out, "--", "true"])).code).toBe(0);
  expect(readFileSync(join(out, "trace.jsonl"), "utf8")).toContain("bc28-emu trace");
});
