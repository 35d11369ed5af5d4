import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../bin/program.js";
import { codeBlocks, pageAt } from "../markdown.js";
import { folderWith, runIn } from "./command-folder.js";
import { needs } from "./needs.js";

const blocks = codeBlocks(pageAt("docs/control.md"));

/** The block of the page that begins with a comment of this name, or holds it. */
function block(mark: string): string {
  const found = blocks.filter(({ text }) => text.includes(mark));
  expect(found, mark).toHaveLength(1);
  return found[0]?.text ?? "";
}

const pytest = "/usr/bin/python3 -m pytest -q -p no:cacheprovider";
const python = { "conftest.py": block("# conftest.py"), "test_meter.py": block("# test_meter.py") };

test.skipIf(!needs("python3-pytest"))("pytest: ten tests, each with its own fault, in little time", async () => {
  expect(python["conftest.py"].trimEnd().split("\n").length).toBeLessThanOrEqual(41); // forty, and the name
  const folder = folderWith({ ...python, "test_nothing.py": "def test_nothing():\n    pass\n" });
  const nothing = performance.now();
  expect((await runIn(folder, `${pytest} --noconftest test_nothing.py`)).code).toBe(0);
  const start = performance.now();
  const { code, out } = await runIn(folder, `bc28-emu exec -- ${pytest} test_meter.py`);
  const end = performance.now();
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("10 passed") });
  console.log(`ten tests: ${Math.round(end - start)} ms; a pytest of nothing: ${Math.round(start - nothing)} ms`);
});

test.skipIf(!needs("python3-pytest"))("a test that fails tells what the module saw", async () => {
  const wrong = `def test_wrong(modem):\n    modem.fault("error AT+CSQ")\n    modem.ask("AT+CSQ", "CSQ:")\n
def test_misspelt(modem):\n    modem.fault("loose PUBACK")\n`;
  const folder = folderWith({
    "conftest.py": python["conftest.py"].replace("within=5", "within=0.2"),
    "test_wrong.py": wrong,
  });
  const { code, out } = await runIn(folder, `bc28-emu exec -- ${pytest} test_wrong.py`);
  expect(code).toBe(1);
  const [saw = ""] = /AssertionError: no CSQ: .*/.exec(out) ?? [];
  expect(out).toContain('AssertionError: fault "loose PUBACK": "loose" is no fault; did you mean lose?');
  for (const part of ["the module saw: [", "'AT+CSQ'", "'not carried out: error'", "'ERROR'"])
    expect(saw).toContain(part);
});

test.skipIf(!needs("curl"))("the shell script", async () => {
  const { code, out, err } = await runIn(folderWith({ "test.sh": block("# test.sh") }), "bc28-emu exec -- sh test.sh");
  expect({ code, out, err }).toEqual({ code: 0, out: "+QMTSTAT: 0,1\n", err: "" });
});

test.skipIf(!needs("gcc"))("the host in C, and the exit codes that its comments tell", async () => {
  const folder = folderWith({ "host.c": block("// host.c") });
  const built = spawnSync("gcc", ["-Wall", "-Werror", "-o", "host", "host.c"], { cwd: folder, encoding: "utf8" });
  expect(built.stderr).toBe("");
  const lines = block("cc -o host host.c")
    .split("\n")
    .filter((line) => line.startsWith("bc28-emu"));
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const [command = "", told = ""] = line.split(" # ");
    const { code, out } = await runIn(folder, command);
    expect(told).toBe(code === 0 ? out.trim() : `exit code ${code}`);
  }
});

test("vitest, through exec", { timeout: 30_000 }, async () => {
  const folder = folderWith({ "meter.test.js": block("// meter.test.js"), "package.json": '{"type":"module"}' });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const { code, out } = await runIn(folder, "bc28-emu exec -- node_modules/.bin/vitest run --no-color");
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("1 passed") });
});

test.skipIf(!needs("gcc"))("the Makefile", async () => {
  const folder = folderWith({ "host.c": block("// host.c"), Makefile: block("# Makefile") });
  const { code, out } = await runIn(folder, "make test-modem");
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/signal 25\n.*signal 4\n/s) });
});
