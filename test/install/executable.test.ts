import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { runInProcess } from "../bin/in-process.js";
import { report } from "../interop/needs.js";
import { ordinary } from "../net/ordinary-user.js";
import { until } from "../net/port-recorder.js";
import { attach, run } from "../net/ports/pty/pty-hosts.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
/** The mark of a node that can hold a program: one that has no part in a library of its own. */
const holdsPrograms = process.platform === "linux" && readFileSync(process.execPath).includes("NODE_SEA_FUSE_");
if (!holdsPrograms) report("this node cannot hold a program: run the tests with one from nodejs.org");

const folder = mkdtempSync(join(tmpdir(), "bc28-emu-executable-test-"));
const executable = join(folder, `bc28-emu-${process.platform}-${process.arch}`);
/** The only folder in PATH: what a pseudo-terminal needs, and no node. */
const tools = join(folder, "tools");

beforeAll(() => {
  if (!holdsPrograms) return;
  chmodSync(folder, 0o755);
  mkdirSync(tools);
  for (const name of ["sh", "stty"]) symlinkSync(`/bin/${name}`, join(tools, name));
  execFileSync(process.execPath, [join(project, "build-executable.js"), folder], { stdio: "pipe" });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface User {
  readonly name: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
}
const thisUser: User = { name: "this user", user: {} };
const users = process.getuid?.() === 0 ? [thisUser, { name: "an ordinary user", user: ordinary }] : [thisUser];

describe.skipIf(!holdsPrograms).each(users)("the executable without node, as $name", ({ name, user }) => {
  const home = join(folder, name);
  const cache = join(home, ".cache/bc28-emu");
  const env = { PATH: "/nonexistent", HOME: home, TMPDIR: home };

  beforeAll(() => {
    mkdirSync(home);
    if (user.uid !== undefined) chownSync(home, user.uid, user.uid);
  });

  const outputOf = (args: readonly string[], input = ""): readonly string[] => {
    const { stdout, stderr } = spawnSync(executable, args, { ...user, env, cwd: "/", input, timeout: 10_000 });
    return [String(stdout), String(stderr)];
  };

  /** Starts a module on a pseudo-terminal, asks it, and ends it. */
  async function ask(variables: NodeJS.ProcessEnv, questions: readonly (readonly [string, string])[]): Promise<void> {
    const args = ["--pty", "--json", "--broker", "0", "--scenario", "broker-restart"];
    const program = run(executable, args, { ...user, env: { ...env, PATH: tools, ...variables } });
    try {
      await until("the ready line", () => program.stdout.includes("\n") || program.child.exitCode !== null);
      expect(program.stderr).toBe("");
      const host = await attach(JSON.parse(program.stdout).pty);
      for (const [line, answer] of questions) {
        await host.write(Buffer.from(`${line}\r`));
        await until(answer, () => host.received.includes(answer));
      }
      await host.leave();
    } finally {
      program.child.kill("SIGTERM");
      expect(await program.ended).toBe(0);
    }
  }

  test("it tells its version and its flags", () => {
    expect(outputOf(["--version"])).toEqual([`${packageJson.version}\n`, ""]);
    expect(outputOf(["--help"])[0]).toContain("--link");
  });

  test.each(["profile", "faults", "scenario", "scenario no-sim"])(
    "it prints the same as the package: %s",
    async (line) => {
      const words = line.split(" ");
      expect(outputOf(words)).toEqual([(await runInProcess(words)).out, ""]);
    },
  );

  test("it serves the window", async () => {
    const program = run(executable, ["--tcp", "0", "--window", "0", "--json"], { ...user, env });
    try {
      await until("the ready line", () => program.stdout.includes("\n") || program.child.exitCode !== null);
      const page = await fetch(JSON.parse(program.stdout).window);
      expect(await page.text()).toContain("<title>bc28-emu</title>");
    } finally {
      program.child.kill("SIGTERM");
      await program.ended;
    }
  });

  test("it answers on standard input and output", () => {
    expect(outputOf(["--stdio", "--broker", "0"], "AT\r")[0]).toMatch(/\r\nOK\r\n$/);
  });

  test("it answers on a pseudo-terminal; a damaged file in the cache is replaced", async () => {
    await ask({}, [
      ["AT", "OK"],
      ['AT+QMTOPEN=0,"broker.example",1883', "+QMTOPEN: 0,0"],
    ]);
    const [version = ""] = readdirSync(cache);
    expect(version).toMatch(new RegExp(`^${packageJson.version}-[0-9a-f]{16}$`));
    const file = join(cache, version, "pty.node");
    expect([cache, join(cache, version), file].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o700, 0o700, 0o600,
    ]);
    const whole = readFileSync(file);
    writeFileSync(file, "damaged");
    await ask({}, [["AT", "OK"]]);
    expect(readFileSync(file).equals(whole)).toBe(true);
    expect(readdirSync(join(cache, version))).toEqual(["pty.node"]);
  });

  test.each([
    ["cannot be written", () => "/proc"],
    ["can be changed by others", () => openCache(home)],
  ])("it leaves nothing behind where the cache %s", async (_, place) => {
    const XDG_CACHE_HOME = place();
    const files = () => readdirSync(home, { recursive: true });
    const before = files();
    await ask({ XDG_CACHE_HOME }, [["AT", "OK"]]);
    expect(files()).toEqual(before);
  });
});

/** Makes a cache folder in which everyone may write; returns its parent. */
function openCache(home: string): string {
  mkdirSync(join(home, "open/bc28-emu"), { recursive: true });
  chmodSync(join(home, "open/bc28-emu"), 0o777);
  return join(home, "open");
}
