import { execFile, spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../interop/needs.js";
import { until } from "../net/port-recorder.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { command, Program, type StartOptions } from "./program.js";
import { RecordingBroker } from "./recording-broker.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-process-"));
});
/** All programs, to be killed at the end where a test has failed: concurrent tests have no onTestFinished. */
const started: Program[] = [];
afterAll(() => {
  for (const { child } of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function start(args: readonly string[], options: StartOptions = {}): Program {
  const program = new Program(args, options);
  started.push(program);
  return program;
}

async function open(pty: string | undefined) {
  const host = await attach(pty ?? "");
  onTestFinished(() => host.leave());
  const ask = async (line: string, answer: string): Promise<void> => {
    await host.write(Buffer.from(`${line}\r`));
    await until(answer, () => host.received.includes(answer));
  };
  return { host, ask };
}

/** Runs a line of shell with the arguments `$0`, `$1` …; resolves with its exit code and stderr. */
const inShell = (line: string, ...words: readonly string[]) =>
  new Promise<{ readonly code: unknown; readonly err: string }>((resolve) => {
    execFile("sh", ["-c", line, ...words], (error, _, err) => resolve({ code: error?.code ?? 0, err }));
  });

describe("when it is ready", () => {
  test.concurrent("--json is one line on stdout, and nothing else", async () => {
    const link = join(folder, "json");
    const program = start(["--json", "--link", link, "--broker", "0"]);
    const { pty, broker } = await program.ready();
    expect(program.out).toBe(`${JSON.stringify({ event: "ready", pty, link, broker })}\n`);
    expect(pty).toBe(readlinkSync(link));
    expect(broker).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await program.end()).toMatchObject({ code: 0, err: "", out: program.out });
    expect(existsSync(link)).toBe(false);
  });

  test.concurrent("a link or broker that does not exist is left out of it", async () => {
    const program = start(["--json"]);
    const { pty } = await program.ready();
    expect(program.out).toBe(`{"event":"ready","pty":"${pty}"}\n`);
    await program.end();
  });

  test.concurrent("the text for people has command lines, also for a path with blanks", async () => {
    const link = join(folder, "it's here");
    const program = start(["--link", link]);
    await program.prints(/Ctrl-C ends it\.\n$/);
    const [, word] = await program.prints(/^ {2}picocom .* -b 9600 (.*)$/m);
    expect(spawnSync("sh", ["-c", `printf %s ${word}`]).stdout.toString()).toBe(link);
    expect(program.out).toContain(`serial.Serial(${JSON.stringify(link)}, 9600`);
    await program.end();
  });

  test.concurrent("a relative link is printed as an absolute path", async () => {
    const program = start(["--json", "--link", "near"], { cwd: folder });
    expect((await program.ready()).link).toBe(join(folder, "near"));
    await program.end();
    expect(existsSync(join(folder, "near"))).toBe(false);
  });

  test.concurrent("--broker as the last flag is port 1883", async () => {
    const program = start(["--json", "--broker"]);
    const [printed] = await program.prints(/127\.0\.0\.1:1883/).catch(() => program.prints(/1883/, "err"));
    expect(printed).toContain("1883"); // where the port is in use, the error names it
    await program.end();
  });

  test.concurrent("the link of a killed one is replaced, one in use is not", async () => {
    const link = join(folder, "stale");
    const killed = start(["--json", "--link", link]);
    await killed.ready();
    await killed.end("SIGKILL");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    const second = start(["--json", "--link", link]);
    await second.ready();
    const third = await start(["--json", "--link", link]).ended;
    expect(third).toMatchObject({ code: 1, out: "" });
    expect(third.err).toContain(link);
    await second.end();
  });
});

describe("how it ends", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s: within a second, the link is removed, DISCONNECT is sent",
    async (how) => {
      const broker = await RecordingBroker.start();
      const link = join(folder, how);
      const program = start(["--json", "--link", link, "--map", `*=127.0.0.1:${broker.port}`]);
      const { ask } = await open((await program.ready()).pty);
      await ask('AT+QMTOPEN=0,"broker.example",1883', "+QMTOPEN: 0,0");
      await ask('AT+QMTCONN=0,"me"', "+QMTCONN: 0,0,0");
      const { code, millis, err } = await program.end(how);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(millis).toBeLessThan(1000);
      expect(existsSync(link)).toBe(false);
      await until("DISCONNECT", () => broker.received.endsWith("e000"));
    },
  );

  test("a second signal, at once", async () => {
    const program = start(["--json"]);
    await program.ready();
    program.child.kill("SIGTERM");
    expect((await program.end("SIGTERM")).code).toBe(0);
  });

  test("under load, while its host writes without a pause", async () => {
    const program = start(["--json", "--broker", "0", "--log-level", "trace"]);
    const { host, ask } = await open((await program.ready()).pty);
    await ask("AT", "OK");
    const load = (async () => {
      for (;;) await host.write(Buffer.from("AT+CSQ;+CSQ\r".repeat(20)));
    })().catch(() => {}); // the terminal is closed
    await until("the load", () => host.received.length > 20_000);
    const { code, millis } = await program.end();
    await load;
    expect(code).toBe(0);
    expect(millis).toBeLessThan(1000);
  });

  test.skipIf(!needs("gcc"))("while a name is being looked up", async () => {
    const source = join(folder, "slow.c");
    writeFileSync(source, "#include <unistd.h>\nint getaddrinfo() { sleep(20); return -3; }\n");
    const library = join(folder, "slow.so");
    expect(spawnSync("gcc", ["-w", "-shared", "-fPIC", "-o", library, source]).status).toBe(0);
    const link = join(folder, "looking");
    const program = start(["--json", "--link", link], { env: { LD_PRELOAD: library } });
    const { ask } = await open((await program.ready()).pty);
    await ask('AT+QMTOPEN=0,"slow.example",1883', "OK");
    const { code, millis } = await program.end();
    expect(code).toBe(0);
    expect(millis).toBeLessThan(1000);
    expect(existsSync(link)).toBe(false);
  });
});

describe("what goes wrong", () => {
  /** The environment of a process with a bug, which happens at SIGUSR2. */
  const bug = (what: string) => ({
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`process.on("SIGUSR2", () => { ${what} })`)}`,
  });
  const thrown = bug('throw new Error("boom\\nbang")');

  test.concurrent("a bug is one readable line, and code 1; the link is removed", async () => {
    const link = join(folder, "bug");
    const program = start(["--json", "--link", link], { env: thrown });
    await program.ready();
    const { code, err } = await program.end("SIGUSR2");
    expect(code).toBe(1);
    expect(err).toMatch(/^bc28-emu: this is a bug [^\n]*boom[^\n]*\n$/);
    expect(existsSync(link)).toBe(false);
  });

  test.concurrent("an unhandled rejection is a bug, too", async () => {
    const program = start(["--json"], { env: bug('Promise.reject(new Error("boom"))') });
    await program.ready();
    const { code, err } = await program.end("SIGUSR2");
    expect(code).toBe(1);
    expect(err).toMatch(/^bc28-emu: [^\n]*boom[^\n]*\n$/);
  });

  test.concurrent.each([
    ["BC28_EMU_DEBUG", [], { BC28_EMU_DEBUG: "1" }],
    ["--log-level trace", ["--log-level", "trace"], {}],
  ] as const)("%s shows its stack", async (_, args, env) => {
    const program = start(["--json", ...args], { env: { ...thrown, ...env } });
    await program.ready();
    const { code, err } = await program.end("SIGUSR2");
    expect(code).toBe(1);
    expect(err).toMatch(/\n {4}at /);
  });

  test.concurrent.each([
    ["stdout", ">&-", 0],
    ["stderr", "2>&-", 0],
    ["standard input", "<&-", 0],
    ["stdout and stderr full, standard input", "<&- >/dev/full 2>/dev/full", 1],
  ])("%s closed from the start: no stack trace, no crash", async (what, redirection, code) => {
    const link = join(folder, `${what} closed`);
    const ready = 'until [ -L "$2" ] || ! kill -0 $!; do sleep 0.02; done';
    const shell = `"$0" "$1" --link "$2" --log-level info ${redirection} & ${ready}; kill $!; wait $!`;
    const ran = await inShell(shell, process.execPath, command, link);
    expect(ran.code).toBe(code); // output that cannot be written at all is a failure, a reader that is gone is none
    expect(ran.err).not.toContain("    at ");
  });

  test("the reader of the ready message may go away", async () => {
    const program = start(["--broker", "0"]);
    await program.prints(/A BC28 is on/);
    program.child.stdout?.destroy();
    program.child.stderr?.destroy();
    const [, pty] = /\(?(\/dev\/pts\/\d+)/.exec(program.out) ?? [];
    const { ask } = await open(pty);
    await ask('AT+QMTOPEN=0,"broker.example",1883', "+QMTOPEN: 0,0");
    expect((await program.end()).code).toBe(0);
  });

  test("a reader of the log that does not read does not stop the module", async () => {
    const program = start(["--json", "--log-level", "trace"]);
    program.child.stderr?.removeAllListeners("data").pause();
    const { host } = await open((await program.ready()).pty);
    for (let round = 1; round <= 400; round += 1) {
      await host.write(Buffer.from("AT+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ\r"));
      await until(`answer ${round}`, () => host.received.toString("latin1").split("OK").length > round);
    }
    const { code, millis } = await program.end();
    expect(code).toBe(0);
    expect(millis).toBeLessThan(1000);
  });
});
