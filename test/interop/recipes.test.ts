import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { refereeOf } from "../../index.js";
import { command as commandPath, Program, root } from "../bin/program.js";
import { codeBlocks, userPages } from "../markdown.js";
import { until } from "../net/port-recorder.js";
import { python, run } from "../net/ports/pty/pty-hosts.js";
import { folderWith, newFolder, runIn } from "./command-folder.js";
import { needs } from "./needs.js";

const blocks = userPages.filter(({ path }) => path !== "docs/control.md").flatMap(codeBlocks); // that page has tests of its own

/** The only block of the docs in this language that contains `mark`. */
function recipe(language: string, mark: string): string {
  const found = blocks.filter((block) => block.language === language && block.text.includes(mark));
  expect(found, mark).toHaveLength(1);
  return found[0]?.text ?? "";
}

/** The module of a recipe, with its link at another path. The referee must find no error of its host. */
async function moduleAt(link: string, ...args: readonly string[]): Promise<{ program: Program; rfc2217: string }> {
  const trace = join(newFolder(), "run.jsonl");
  const program = new Program(["--json", "--link", link, "--trace", trace, ...args]);
  onTestFinished(async () => {
    await program.end();
    const [, ...events] = readFileSync(trace, "utf8").trimEnd().split("\n");
    const findings = refereeOf(events.map((line) => JSON.parse(line)));
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
  const { rfc2217 = "" }: { readonly event: string; readonly rfc2217?: string } = await program.ready();
  return { program, rfc2217 };
}

/** The path and address in the docs, which are replaced by those of the test. */
const written = { link: "/tmp/bc28", rfc2217: "127.0.0.1:7001" };

test.skipIf(!needs("python3-serial"))("pyserial: it prints what its comment shows", async () => {
  const link = join(newFolder(), "bc28");
  await moduleAt(link);
  const script = recipe("python", 'AT+CSQ\\r")\nprint');
  expect(await python(script.replace(written.link, link), [])).toBe(`${/# (b'.*')/.exec(script)?.[1]}\n`);
});

test.skipIf(!needs("python3-serial"))("pyserial by RFC 2217", async () => {
  const { rfc2217 } = await moduleAt(join(newFolder(), "bc28"), "--pty", "--rfc2217", "0");
  expect(await python(recipe("python", "rfc2217://").replace(written.rfc2217, rfc2217), [])).toBe("True\n");
});

test.skipIf(!needs("python3-serial"))("another speed of the UART", async () => {
  const link = join(newFolder(), "bc28");
  const { program } = await moduleAt(link, "--baud", "host", "--log-level", "info");
  await program.prints(/bytes to the host were lost/, "err"); // the banner, after the time that it takes
  const script = recipe("python", "AT+NATSPEED").replace(written.link, link);
  const output = await python(`import serial\n${script}print(port.read_until(b"OK\\r\\n"))`, []);
  expect(output).toBe("b'\\r\\nOK\\r\\n'\n");
});

test.skipIf(!needs("gcc"))("C", async () => {
  const folder = newFolder();
  const link = join(folder, "bc28");
  const { program } = await moduleAt(link, "--log-level", "info");
  const source = join(folder, "host.c");
  const headers = ["fcntl", "termios", "unistd"].map((name) => `#include <${name}.h>\n`).join("");
  const body = recipe("c", "cfmakeraw").replace(written.link, link);
  writeFileSync(source, `${headers}int main(void) {\n${body}return 0;\n}\n`);
  expect(spawnSync("gcc", ["-Wall", "-o", join(folder, "host"), source], { encoding: "utf8" }).stderr).toBe("");
  expect(await run(join(folder, "host"), []).ended).toBe(0);
  await until("the command", () => program.err.includes("host> AT\n"));
});

test.skipIf(!needs("python3-pytest"))("pytest", async () => {
  const folder = folderWith({ "test_modem.py": recipe("python", "import json, subprocess, pytest, serial") });
  const { code, out } = await runIn(folder, "/usr/bin/python3 -m pytest -q -p no:cacheprovider test_modem.py");
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("1 passed") });
});

test("Node.js, with the module in another process", async () => {
  const folder = newFolder();
  const link = join(folder, "bc28");
  await moduleAt(link);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "host.mjs"), recipe("js", written.link).replace(written.link, link));
  const host = run(process.execPath, [join(folder, "host.mjs")]);
  onTestFinished(() => void host.child.kill());
  await until("the answer", () => host.stdout.includes("+CSQ:25,99\r\n\r\nOK"));
});

test("the shell script waits, runs the test, and ends the module", async () => {
  const folder = folderWith({
    "my-firmware-test": '#!/bin/sh\ntest -c "$1"; echo "it is a terminal: $?"\n',
    script: `#!/bin/sh\n${recipe("sh", "my-firmware-test")}`,
  });
  expect(await runIn(folder, "./script")).toEqual({ code: 0, out: "it is a terminal: 0\n", err: "" });
  expect(spawnSync("test", ["-e", join(folder, "bc28")]).status).toBe(1);
});

test("a file for the memory: its second line prints what its comment shows", async () => {
  const folder = folderWith({ script: recipe("sh", "AT+NCONFIG=AUTOCONNECT") });
  const { code, out, err } = await runIn(folder, "sh script");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(`\r\n${/# (\S+)$/m.exec(recipe("sh", "AT+NCONFIG=AUTOCONNECT"))?.[1]}\r\n`);
});

test("a profile of one's own", async () => {
  const [, ...lines] = recipe("sh", "profile diff").split("\n"); // the first line runs until a signal
  const mine = recipe("json", '"base"');
  const folder = folderWith({ "my.json": mine, script: lines.join("\n") });
  const { code, out, err } = await runIn(folder, "sh -e script");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^quirks\.edition +note -> guide$/m);
});

test("a pipe", () => {
  const [, input = ""] = /printf '(.*)'/.exec(recipe("sh", "AT+CSQ")) ?? [];
  const { stdout } = spawnSync("sh", ["-c", `printf '${input}' | "$0" "$1" --stdio`, process.execPath, commandPath]);
  expect(`${stdout}`).toContain("\r\n+CSQ:25,99\r\n\r\nOK\r\n");
});
