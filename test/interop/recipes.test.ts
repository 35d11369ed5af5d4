import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command, Program } from "../bin/program.js";
import { codeBlocks, userPages } from "../markdown.js";
import { until } from "../net/port-recorder.js";
import { python, run } from "../net/ports/pty/pty-hosts.js";
import { needs } from "./needs.js";

const blocks = userPages.flatMap(codeBlocks);

/** The only block of the docs in this language that contains `mark`. */
function recipe(language: string, mark: string): string {
  const found = blocks.filter((block) => block.language === language && block.text.includes(mark));
  expect(found, mark).toHaveLength(1);
  return found[0]?.text ?? "";
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-recipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The module of a recipe, with its link at another path. */
async function moduleAt(link: string, ...args: readonly string[]): Promise<{ program: Program; rfc2217: string }> {
  const program = new Program(["--json", "--link", link, ...args]);
  onTestFinished(async () => {
    await program.end();
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

test("the shell script waits, runs the test, and ends the module", async () => {
  const folder = newFolder();
  const place = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  place("bc28-emu", `exec "${process.execPath}" "${command}" "$@"`);
  place("my-firmware-test", 'test -c "$1"; echo "it is a terminal: $?"');
  place("script", recipe("sh", "my-firmware-test"));
  const script = run("sh", ["-c", 'cd "$0" && PATH="$0:$PATH" exec ./script', folder]);
  expect({ code: await script.ended, said: script.stdout, complained: script.stderr }).toEqual({
    code: 0,
    said: "it is a terminal: 0\n",
    complained: "",
  });
  expect(spawnSync("test", ["-e", join(folder, "bc28")]).status).toBe(1);
});

test("a pipe", () => {
  const [, input = ""] = /printf '(.*)'/.exec(recipe("sh", "AT+CSQ")) ?? [];
  const { stdout } = spawnSync("sh", ["-c", `printf '${input}' | "$0" "$1" --stdio`, process.execPath, command]);
  expect(`${stdout}`).toContain("\r\n+CSQ:25,99\r\n\r\nOK\r\n");
});
