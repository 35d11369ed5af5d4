import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flagRows } from "../../bin/flags.js";
import { helpText } from "../../bin/help.js";
import { quirkTable } from "../../emulator/profile/quirks.js";
import { runInProcess } from "./in-process.js";
import { root, runToEnd } from "./program.js";

let folder = "";
const blocker = createServer();
let taken = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-usage-"));
  writeFileSync(join(folder, "file"), "mine");
  writeFileSync(join(folder, "binary"), Buffer.of(0, 1, 2));
  writeFileSync(join(folder, "twice"), "pk/dn/hush\npk/dn/hush\n");
  writeFileSync(join(folder, "good"), "pk/dn/hush\n");
  symlinkSync(join(folder, "file"), join(folder, "elsewhere"));
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const address = blocker.address();
  taken = typeof address === "object" && address !== null ? address.port : 0;
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(root);
  rmSync(folder, { recursive: true });
  blocker.close();
});

/** Arguments, the exit code, and what the line on stderr contains. `PORT` is a port in use. */
const wrongUsage: readonly (readonly [args: string, code: 1 | 2, word: string])[] = [
  ["foo", 2, "foo"],
  ["-- foo", 2, "foo"],
  ["--json foo", 2, "foo"],
  ["--bogus", 2, "bogus"],
  ["--wndow", 2, "is --window meant?"],
  ["shwo run.jsonl", 2, "is bc28-emu show meant?"],
  ["-x", 2, "x"],
  ["--no-pty", 2, "no-pty"],
  ["--timeScale 5", 2, "timeScale"],
  ["--pty.x 5", 2, "pty.x"],
  ["--__proto__ 5", 2, "proto"],
  ["--pty=false", 2, "--pty"],
  ["--json=no", 2, "--json"],
  ["--tcp", 2, "--tcp [HOST:]PORT"],
  ["--tcp x", 2, "x"],
  ["--tcp PORT", 1, "PORT"],
  ["--unix file", 1, "file"],
  ["--link", 2, "--link PATH"],
  ["--link=", 2, "--link"],
  ["--device", 2, "--device PATH"],
  ["--device=", 2, "--device"],
  ["--device file", 2, "file"],
  ["--device nowhere", 1, "nowhere"],
  ["--device file --baud host", 2, "--baud"],
  ["--device file --baud 10000", 2, "10000"],
  ["--open", 2, "--window"],
  ["--window x", 2, "x"],
  ["--window 65536", 2, "65536"],
  ["--window 1 --control 2", 2, "--control"],
  ["--window PORT", 1, "PORT"],
  ["--clock manual", 2, "--window"],
  ["report", 2, "which trace"],
  ["report good", 2, "--out"],
  ["report nowhere --out page.html", 1, "nowhere"],
  ["report good --out page.html", 1, "good"],
  ["report a b --out page.html", 2, "b"],
  ["--out page.html", 2, "report"],
  ["--baud", 2, "--baud N"],
  ["--baud fast", 2, "fast"],
  ["--baud 49", 2, "49"],
  ["--baud 4000001", 2, "4000001"],
  ["--link file", 1, "file"],
  ["--link elsewhere", 1, "elsewhere"],
  ["--link nowhere/port", 1, "nowhere"],
  ["--broker x", 2, "x"],
  ["--broker 65536", 2, "65536"],
  ["--broker -1", 2, "-1"],
  ["--broker PORT", 1, "PORT"],
  ["--broker PORT --link port", 1, "PORT"],
  ["--map", 2, "--map NAME=HOST"],
  ["--map a", 2, '"a"'],
  ["--map a=b c=d", 2, "c=d"],
  ["--map a=b:0", 2, "PORT"],
  ["--map a=b --map", 2, "--map"],
  ["--broker 0 --cloud-device", 2, "--cloud-device PK/DN/SECRET"],
  ["--broker 0 --cloud-device hush", 2, '"***"'],
  ["--broker 0 --cloud-device pk/dn/hush pk/dn2/hush", 2, "pk/dn2/***"],
  ["--broker 0 --cloud-device pk/dn/hush --cloud-devices good", 2, '"pk/dn"'],
  ["--cloud-device pk/dn/hush", 2, "--broker"],
  ["--broker 0 --cloud-devices pk/dn/hush", 2, "pk/dn/***"],
  ["--broker 0 --cloud-devices binary", 2, "not text"],
  ["--broker 0 --cloud-devices twice", 2, "line 2"],
  ["--quirk", 2, "--quirk"],
  ["--quirk echo", 2, "echo"],
  ["--quirk colour=red", 2, "colour"],
  ["--quirk echo=loud", 2, "loud"],
  ["--quirk urcHold=-1", 2, "urcHold"],
  ["--time-scale", 2, "--time-scale"],
  ["--time-scale 0", 2, "--time-scale"],
  ["--time-scale fast", 2, "fast"],
  ["--time-scale 1e9", 2, "1e9"],
  ["--seed -1", 2, "-1"],
  ["--seed 1.5", 2, "1.5"],
  ["--seed 4294967296", 2, "4294967296"],
  ["--seed --json", 2, "--seed N"],
  ["--log-level loud", 2, "loud"],
];

/** Some are run as processes, at least one for each part of the program; the first one uses stdio. */
const asProcess: typeof wrongUsage = [
  ["--stdio --link port --unix socket --tcp 0 --rfc2217 PORT", 1, "PORT"],
  ["--bogus", 2, "bogus"],
  ["--log-level loud", 2, "loud"],
  ["--device file", 2, "file"],
  ["--unix file", 1, "file"],
  ["--cloud-device pk/dn/hush", 2, "--broker"],
];

/** The text with the number of the port in use. */
const withPort = (text: string): string => text.replaceAll("PORT", String(taken));

function expectError(ended: object & { readonly err: string }, code: 1 | 2, word: string): void {
  expect(ended).toMatchObject({ code, out: "" });
  expect(ended.err).toMatch(/^bc28-emu: [^\n]+\n$/);
  expect(ended.err).toContain(word);
  expect(ended.err).not.toContain("hush");
}

describe("wrong input is one line that names it, and changes nothing", () => {
  test.each(wrongUsage)("%s", async (text, code, word) => {
    const before = readdirSync(folder);
    const ended = await runInProcess(withPort(text).split(" "));
    expectError(ended, code, text.includes("PORT") ? withPort(word) : word);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("as a process, too", async () => {
    const before = readdirSync(folder);
    const run = (text: string) => runToEnd(withPort(text).split(" "), "", { cwd: folder });
    await Promise.all(asProcess.map(async ([text, code, word]) => expectError(await run(text), code, withPort(word))));
    expect(readdirSync(folder)).toEqual(before);
  });

  test("control characters in it do not break the line", async () => {
    const { err, code } = await runToEnd(["--link", "no\nwhere\u001b[2J/port"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^[\x20-\x7e]+\n$/);
  });

  test("the language of the machine does not matter", async () => {
    const { err } = await runToEnd(["--bogus"], "", { env: { LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" } });
    expect(err).toContain("Unknown argument: bogus");
  });
});

describe("help", () => {
  test("names every flag and every quirk in full, on lines of 80 characters", async () => {
    const { code, out, err } = await runToEnd(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const flags = ["pty", "stdio", "link PATH", "broker [PORT]", "map NAME=HOST[:PORT]", "quirk NAME=VALUE"];
    const ways = ["tcp [HOST:]PORT", "tcp-connect HOST:PORT", "unix PATH", "rfc2217 [HOST:]PORT"];
    const clouds = ["cloud-device PK/DN/SECRET", "cloud-devices FILE"];
    const more = ["time-scale N", "seed N", "log-level LEVEL", "json", "help", "version"];
    for (const flag of [...flags, ...ways, ...clouds, ...more]) expect(out).toContain(`  --${flag} `);
    for (const name of Object.keys(quirkTable)) expect(out).toContain(`  ${name}=`);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const words = out.replace(/\s+/g, " ");
    for (const { about } of [...flagRows, ...Object.values(quirkTable)]) expect(words).toContain(about);
  });

  test.each([
    [1, 72],
    [100, 100],
    [300, 120],
  ])("on a terminal of %i columns its lines have at most %i characters", (columns, max) => {
    const longest = Math.max(
      ...helpText(columns)
        .split("\n")
        .map((line) => line.length),
    );
    expect(longest).toBeLessThanOrEqual(max);
    expect(longest).toBeGreaterThan(max - 20);
  });

  test("--help and --version come before everything else", async () => {
    expect((await runToEnd(["--bogus", "--help"])).out).toContain("Usage:\n  bc28-emu ");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await runToEnd(["--version"])).toMatchObject({ code: 0, out: `${version}\n`, err: "" });
  });

  test("completion prints a script, and answers its query", async () => {
    expect((await runToEnd(["completion"])).out).toContain("bc28-emu --get-yargs-completions");
    const { out } = await runToEnd(["--get-yargs-completions", "bc28-emu", "--lo"], "", {
      env: { SHELL: "/bin/bash" },
    });
    expect(out.split("\n")).toContain("--log-level");
  });
});
