import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startModem } from "../../testing.js";
import { codeBlocks, inlineCode, pageAt, userPages } from "../markdown.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
const blocks = userPages.flatMap(codeBlocks);

/** The files of JavaScript in the docs: the first line of each is its name. */
const files = new Map(
  blocks.flatMap(({ language, text }) => {
    const [, name, code] = /^\/\/ (\S+\.js)\n(.*)$/s.exec(text) ?? [];
    return language === "js" && name !== undefined && code !== undefined ? [[name, code] as const] : [];
  }),
);

/** The code, whose host the referee judges before it closes the modem: it must find no error. */
const judged = (code: string): string =>
  code.includes("modem.close()")
    ? `${code.replaceAll("modem.close()", "judgedAndClosed(modem)")}
async function judgedAndClosed(modem) {
  const errors = modem.findings.filter(({ severity }) => severity === "error");
  await modem.close();
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
}
`
    : code;

/** A user's project with these files in it. */
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-docs-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(project, join(folder, "node_modules/bc28-emu"));
  for (const name of ["@types", "serialport", "vitest"])
    symlinkSync(join(project, "node_modules", name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  for (const [name, code] of files) writeFileSync(join(folder, name), judged(code));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs Node there; returns all that it printed. */
function run(args: readonly string[]): string {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env: { ...env, NO_COLOR: "1" } });
  const printed = `${stdout}${stderr}`;
  expect(status, printed).toBe(0);
  return printed;
}

test("every file of JavaScript in the docs is run here", () => {
  expect([...files.keys()].toSorted()).toEqual([
    "coverage.test.js",
    "cut.js",
    "meter.js",
    "meter.test.js",
    "publish.test.js",
    "telemetry.test.js",
  ]);
});

test("the hosts of five of them are judged", () => {
  expect([...files.values()].filter((code) => judged(code) !== code)).toHaveLength(5);
});

test("the example in the README runs", () => {
  expect(run(["cut.js"])).toBe("");
});

test("the examples for vitest run", () => {
  const vitest = join(project, "node_modules/vitest/vitest.mjs");
  expect(run([vitest, "run", "--root", ".", "meter.test.js", "coverage.test.js"])).toMatch(/Tests +3 passed/);
});

test("the example for sockets runs", () => {
  const vitest = join(project, "node_modules/vitest/vitest.mjs");
  expect(run([vitest, "run", "--root", ".", "telemetry.test.js"])).toMatch(/Tests +2 passed/);
});

test("the example for node:test runs", () => {
  expect(run(["--test", "publish.test.js"])).toMatch(/pass 1\n.*fail 0/);
});

test("the example for the library has no wrong types", () => {
  const parts = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
  expect(parts).toHaveLength(2);
  writeFileSync(join(folder, "library.ts"), parts.join("\n"));
  const tsc = join(project, "node_modules/typescript/bin/tsc");
  run([
    tsc,
    ..."--noEmit --strict --skipLibCheck --target es2023 --module nodenext --types node library.ts".split(" "),
  ]);
});

test("a modem of the kit has what the docs say of it", async () => {
  const modem = await startModem({ clock: "manual" });
  const { host, radio, broker, trace, clock } = modem;
  const parts = { modem, host, radio, broker, trace, clock };
  const page = pageAt("docs/testing.md");
  const named = inlineCode(page).flatMap((code) => {
    const [, part, member] = /^(?:await )?(modem|host|radio|broker|trace|clock)\.(\w+)/.exec(code) ?? [];
    return part !== undefined && member !== undefined ? [[part as keyof typeof parts, member] as const] : [];
  });
  await modem.close();
  expect(named).toContainEqual(["radio", "lose"]);
  expect(named.filter(([part, member]) => !(member in parts[part]))).toEqual([]);
  const { clock: _, ...whole } = parts; // that of a clock is for `advance` alone
  const missing = Object.entries(whole).flatMap(([part, value]) =>
    Object.keys(value)
      .filter((member) => !page.text.includes(member))
      .map((member) => `${part}.${member}`),
  );
  expect(missing).toEqual([]);
});
