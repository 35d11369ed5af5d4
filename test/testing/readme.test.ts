import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const project = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(project, "README.md"), "utf8");

/** A user's project, with the README's files in it. */
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-readme-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(project, join(folder, "node_modules/bc28-emu"));
  for (const name of ["@types", "serialport", "vitest"])
    symlinkSync(join(project, "node_modules", name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  for (const [, name = "", text = ""] of readme.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms))
    writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program there; returns its output. */
function run(args: readonly string[]): string {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env: { ...env, NO_COLOR: "1" } });
  const output = `${stdout}${stderr}`;
  expect(status, output).toBe(0);
  return output;
}

test("the README's example for vitest runs", () => {
  const vitest = join(project, "node_modules/vitest/vitest.mjs");
  expect(run([vitest, "run", "--root", ".", "meter.test.js"])).toMatch(/Tests +2 passed/);
});

test("the README's example for node:test runs", () => {
  expect(run(["--test", "publish.test.js"])).toMatch(/pass 1\n.*fail 0/);
});

test("the README's example for the library has no wrong types", () => {
  const parts = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text);
  expect(parts).toHaveLength(2);
  writeFileSync(join(folder, "library.ts"), parts.join("\n"));
  const tsc = join(project, "node_modules/typescript/bin/tsc");
  run([
    tsc,
    ..."--noEmit --strict --skipLibCheck --target es2023 --module nodenext --types node library.ts".split(" "),
  ]);
});
