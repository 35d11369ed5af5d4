import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { until } from "../net/port-recorder.js";
import { Program, runToEnd } from "./program.js";

const folder = mkdtempSync(join(tmpdir(), "bc28-emu-window-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A browser's starter that writes down what it is to open. */
const opened = join(folder, "opened");
writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\necho "$1" > ${opened}\n`, { mode: 0o755 });

const started = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Program => {
  const program = new Program(args, { env: { DISPLAY: "", WAYLAND_DISPLAY: "", BROWSER: "", ...env } });
  onTestFinished(async () => void (await program.end()));
  return program;
};

test("--window tells the page's address, and --open starts the browser with it", async () => {
  const screen = { DISPLAY: ":0", PATH: `${folder}:${process.env.PATH}` };
  const program = started(["--tcp", "0", "--window", "0", "--open", "--json"], screen);
  const { window, control } = (await program.ready()) as { window?: string; control?: string };
  expect(window).toBe(`${control}/`);
  const page = await fetch(String(window));
  expect([page.status, (await page.text()).includes("<title>bc28-emu</title>")]).toEqual([200, true]);
  await until("the browser", () => existsSync(opened) && readFileSync(opened, "utf8") === `${window}\n`);
  expect(program.err).toBe("");
});

test("where there is no browser, a line says so; beside --control the window is on its port", async () => {
  const program = started(["--tcp", "0", "--control", "0", "--window", "--open"]);
  const [, url] = await program.prints(/^The window is (http:\S+\/); open it in a browser\.$/m);
  await program.prints(/^bc28-emu: no browser was started \(.*\): open (http:\S+) in one$/m, "err");
  expect(program.err).toContain(url);
});

test("exec tells it on standard error", async () => {
  const script = 'test "$BC28_CONTROL" != ""';
  const { code, err, out } = await runToEnd(["exec", "--window", "0", "--", "sh", "-c", script]);
  expect([code, out]).toEqual([0, ""]);
  expect(err).toMatch(/^bc28-emu: the window is http:\/\/127\.0\.0\.1:\d+\/\n$/);
});

test("report makes a page of a trace, also of one that is cut", async () => {
  const [trace, report] = [join(folder, "run.jsonl"), join(folder, "report.html")];
  await runToEnd(["--stdio", "--trace", trace], "AT+CSQ\r");
  writeFileSync(trace, '{"seq":99', { flag: "a" });
  const { code, out } = await runToEnd(["report", trace, "--out", report]);
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/report\.html: \d+ events; the last line is cut, and left out\n$/),
  ]);
  expect(readFileSync(report, "utf8")).toMatch(/id="run">H4sI[^<]{200}/);
});
