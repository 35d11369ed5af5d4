import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withoutInherited } from "../../net/close-on-exec.js";
import { until } from "../net/port-recorder.js";
import { attach } from "../net/ports/pty/pty-hosts.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(project, "node_modules/typescript/bin/tsc");
const megabyte = 1024 * 1024;

/** The packed package, installed into an empty folder without install scripts. */
let folder = "";
let packed: readonly { readonly path: string }[] = [];

const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("npm", ["--no-audit", "--no-fund", "--loglevel=error", ...args], { cwd, stdio: "pipe" }).toString();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-install-"));
  const [tarball] = JSON.parse(npm(project, "pack", "--json", "--ignore-scripts", "--pack-destination", folder));
  packed = tarball.files;
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  npm(folder, "install", "--ignore-scripts", join(folder, tarball.filename));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = (): string => join(folder, "node_modules/.bin/bc28-emu");

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

test("it is under 8 MB, dependencies included, and has no unneeded file", () => {
  expect(sizeOf(join(folder, "node_modules"))).toBeLessThan(8 * megabyte);
  const unneeded = packed.filter(
    ({ path }) =>
      !/^(dist\/(at|bin|chunks|emulator|mqtt|net|index|testing|window|THIRD-PARTY-LICENSES)|docs\/[a-z]+\.md|docs\/images\/[a-z]+\.png|docs\/scenarios\/[a-z-]+\.yaml|docs\/trace\.schema\.json|README|LICENSE|CHANGELOG|package\.json)/i.test(
        path,
      ),
  );
  expect(unneeded).toEqual([]);
});

test("the installed package makes a report", () => {
  const trace = join(folder, "run.jsonl");
  execFileSync(command(), ["--stdio", "--trace", trace], { input: "AT\r", stdio: "pipe" });
  execFileSync(command(), ["report", trace, "--out", join(folder, "report.html")]);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<title>bc28-emu</title>");
});

test("npx finds the command", () => {
  const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  expect(npm(folder, "exec", "--offline", "--", "bc28-emu", "--version").trim()).toBe(version);
});

/** The path of Node in this version, from npm. */
const nodeOf = (version: string): string =>
  npm(tmpdir(), "exec", "--yes", "--package", `node@${version}`, "--", "node", "-p", "process.execPath").trim();

describe.each(["20.19.0", "22", "24"])("on node %s", (version) => {
  test("the module answers on a pseudo-terminal, and its broker takes a client", { timeout: 120_000 }, async () => {
    const node = nodeOf(version);
    const child = withoutInherited(["ignore", "pipe", "inherit"], (stdio) =>
      spawn(node, [command(), "--json", "--broker", "0"], { stdio }),
    );
    let out = "";
    child.stdout?.on("data", (text) => {
      out += text;
    });
    try {
      await until("the ready line", () => out.includes("\n"), 20_000);
      const host = await attach(JSON.parse(out).pty);
      const ask = async (line: string, answer: string): Promise<void> => {
        await host.write(Buffer.from(`${line}\r`));
        await until(answer, () => host.received.includes(answer));
      };
      await ask("AT+CGSN=1", "+CGSN:");
      await ask('AT+QMTOPEN=0,"broker.example",1883', "+QMTOPEN: 0,0");
      await ask('AT+QMTCONN=0,"me"', "+QMTCONN: 0,0,0");
      await host.leave();
    } finally {
      const ended = new Promise((resolve) => child.on("close", resolve));
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  });

  test("the test kit can be imported and required", () => {
    const node = nodeOf(version);
    const script = `
      startModem({ clock: "manual" }).then(async ({ host, clock, close }) => {
        await clock.advance(60_000);
        console.log((await host.command("AT+CSQ")).join());
        await close();
      });`;
    for (const [type, load] of [
      ["module", 'import { startModem } from "bc28-emu/testing"; import { openPty } from "bc28-emu";'],
      ["commonjs", 'const { startModem } = require("bc28-emu/testing"); const { openPty } = require("bc28-emu");'],
    ]) {
      const args = [`--input-type=${type}`, "-e", `${load} if (typeof openPty === "function") ${script}`];
      const { stdout, stderr } = spawnSync(node, args, { cwd: folder, timeout: 10_000 });
      expect([String(stdout), String(stderr)], `${type} on ${version}`).toEqual(["+CSQ:25,99\n", ""]);
    }
  });
});

describe("for library users", () => {
  const consumer = `
import { openDevice, openPty, openRfc2217, openTcp, openTcpConnect, openUnix, openBinding } from "bc28-emu";
import { startModem, type OpenPort, type RunningModem, type PortEvents, type SerialPort } from "bc28-emu";
export const others: readonly OpenPort[] = [
  (events) => openDevice({ path: "/dev/ttyUSB0" }, events),
  (events) => openPty({ link: "/tmp/bc28", followSpeed: true }, events),
  (events) => openTcp({ port: 0 }, events),
  (events) => openTcpConnect({ host: "127.0.0.1", port: 7000 }, events),
  (events) => openUnix({ path: "/tmp/bc28.sock" }, events),
  (events) => openRfc2217({ port: 0 }, events),
  (events) => openBinding({}, events),
];
const port = (events: PortEvents): SerialPort => {
  const output: Uint8Array[] = [];
  events.onBytes(new Uint8Array(0));
  return { path: "here", write: (bytes) => void output.push(bytes), set() {}, close: async () => {} };
};
export const modem: Promise<RunningModem> = startModem({ ports: [port], broker: { port: 0 } });
`;
  const tester = `
import { manualClock, startModem, type TestModem } from "bc28-emu/testing";
const manual = await startModem({ clock: "manual" });
await manual.clock.advance(1000);
const lines: readonly string[] = await manual.host.command("AT+CSQ");
const modem: TestModem = await startModem({ pty: { link: lines.join() }, broker: { authenticate: () => 5 } });
// @ts-expect-error: the machine's clock cannot be moved
await (await startModem()).clock.advance(1);
// @ts-expect-error: there is no such option
await startModem({ timing: "realistic" });
await using ended = await startModem({ clock: manualClock({ settleMs: 20 }), baud: "host" });
await ended.clock.advance(1);
await Promise.all([manual.close(), modem.close()]);
`;

  test.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])("the types resolve with module %s, resolution %s", { timeout: 120_000 }, (module, moduleResolution) => {
    const config = join(folder, `tsconfig.${moduleResolution}.json`);
    const language = { module, moduleResolution, target: "es2022", lib: ["es2022"] }; // without that of the DOM
    const strictness = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    const compilerOptions = { ...language, ...strictness, noEmit: true, types: [] };
    writeFileSync(join(folder, "consumer.ts"), consumer);
    writeFileSync(join(folder, "tester.ts"), tester);
    writeFileSync(config, JSON.stringify({ compilerOptions, files: ["consumer.ts", "tester.ts"] }));
    expect(() => execFileSync(process.execPath, [tsc, "-p", config], { cwd: folder, stdio: "pipe" })).not.toThrow();
  });

  test("it can be imported, and closes everything", () => {
    const script = `
      import { startModem } from "bc28-emu";
      const output = [];
      const port = { path: "here", write: (bytes) => output.push(...bytes), set() {}, close: async () => {} };
      const modem = await startModem({ ports: [() => port], broker: { port: 0 } });
      await modem.close();
      console.log(Buffer.from(output).toString().includes("PMU_POWER_ON_RESET"));`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, timeout: 10_000 });
    expect(out.toString()).toBe("true\n");
  });

  test("the test kit does not load what is not used", () => {
    const script = `
      import { startModem } from "bc28-emu/testing";
      const modem = await startModem({ broker: false });
      const lines = await modem.host.command("AT+CSQ");
      const { binding, path } = modem;
      const failure = await binding.open({ path, baudRate: 9600 }).catch((error) => error);
      await modem.close();
      console.log(lines.join(), failure.code);`;
    const chunks = join(folder, "node_modules/bc28-emu/dist/chunks");
    const broker = readdirSync(chunks).filter((name) => /^(aedes|broker)-/.test(name));
    expect(broker).toHaveLength(2);
    const packages = ["@lydell", "@serialport"].map((name) => join(folder, "node_modules", name));
    const unwanted = [...packages, ...broker.map((name) => join(chunks, name))];
    for (const path of unwanted) renameSync(path, `${path}-away`);
    try {
      const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        cwd: folder,
        timeout: 10_000,
      });
      expect(out.toString()).toBe("+CSQ:25,99 ERR_MODULE_NOT_FOUND\n");
    } finally {
      for (const path of unwanted) renameSync(`${path}-away`, path);
    }
  });
});
