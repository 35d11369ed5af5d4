import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../net/port-recorder.js";
import { command, runToEnd } from "./program.js";

const run = (...args: readonly string[]) => runToEnd(["exec", ...args]);

/** Starts `exec` in the background; `out` is what has come so far. */
function begin(...args: readonly string[]) {
  const child = spawn(process.execPath, [command, "exec", ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const started = {
    child,
    out: "",
    ended: new Promise<readonly [number | null, string | null]>((resolve) =>
      child.once("exit", (...end) => resolve(end)),
    ),
  };
  child.stdout.on("data", (bytes) => {
    started.out += bytes;
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return started;
}

/** A process that has ended may stay as a zombie, where nobody asks for its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

const pidIn = (out: string): number => Number(/^pid (\d+)$/m.exec(out)?.[1]);

test("the command finds the module, its broker and its control port, in its environment and in its arguments", async () => {
  const script = 'test -c "$BC28_PORT" && test "$1 $2 $3" = "$BC28_PORT $BC28_CONTROL $BC28_BROKER" && echo "$4"';
  const { code, out, err } = await run("--", "sh", "-c", script, "sh", "{port}", "{control}", "{broker}", "{other}");
  expect({ code, out, err }).toEqual({ code: 0, out: "{other}\n", err: "" });
});

test("with other ways to attach it finds those", async () => {
  const { out } = await run(
    "--tcp",
    "0",
    "--rfc2217",
    "0",
    "--",
    "sh",
    "-c",
    'echo "$BC28_PORT|$BC28_TCP|$BC28_RFC2217"',
  );
  expect(out).toMatch(/^\|127\.0\.0\.1:\d+\|127\.0\.0\.1:\d+\n$/);
});

test.each([
  [["--", "sh", "-c", "exit 7"], 7, ""],
  [["--", "sh", "-c", "kill -9 $$"], 137, ""],
  [["--", "no-such-command"], 127, "bc28-emu: exec: there is no command no-such-command\n"],
  [["--", "./no/such"], 127, "bc28-emu: exec: there is no command ./no/such\n"],
  [[], 2, "bc28-emu: exec: no command is given; write bc28-emu exec [options] -- COMMAND [ARG ...]\n"],
  [
    ["--stdio", "--", "true"],
    2,
    "bc28-emu: exec: it takes no --stdio: standard input and output are those of the command\n",
  ],
  [
    ["--fault", "lose PUBCK", "--", "true"],
    2,
    'bc28-emu: --fault "lose PUBCK": "PUBCK" cannot stand behind "lose"; did you mean PUBACK?\n',
  ],
  [["pytest", "tests/"], 2, "bc28-emu: exec: write -- before the command: bc28-emu exec -- pytest tests/\n"],
  [["--", "/etc/passwd"], 126, "bc28-emu: exec: /etc/passwd is no program that may be run\n"],
  [["profile", "--", "true"], 2, "bc28-emu: exec: write -- before the command: bc28-emu exec -- profile\n"],
])("%j ends with its code", async (args, code, err) => {
  expect(await run(...args)).toMatchObject({ code, out: "", err });
});

test("the command finds the token, and does not end the run by the control port", async () => {
  const ask = 'curl -s -o - -w " %{http_code}" -X POST -H "Authorization: Bearer $BC28_TOKEN" "$BC28_CONTROL/api/stop"';
  const { code, out } = await run("--control-token", "tok", "--", "sh", "-c", `${ask}; exit 5`);
  expect({ code, out }).toEqual({
    code: 5,
    out: '{"error":"the run ends with the command that exec has started"} 409',
  });
});

test("standard input is the command's own", async () => {
  const started = begin("--", "sh", "-c", 'read line; echo "got $line"');
  started.child.stdin.end("something\n");
  expect(await started.ended).toEqual([0, null]);
  expect(started.out).toBe("got something\n");
});

test("a signal goes to the command, which ends as it likes; the module ends with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-exec-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const link = join(folder, "bc28");
  const started = begin(
    "--link",
    link,
    "--",
    "sh",
    "-c",
    "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done",
  );
  await until("the command", () => started.out.includes("ready"));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  started.child.kill("SIGTERM");
  expect(await started.ended).toEqual([5, null]);
  expect(started.out).toBe("ready\nbye\n");
  expect(existsSync(link)).toBe(false);
});

test.skipIf(!existsSync("/proc/self/environ"))("a signal ends what a shell has started, too", async () => {
  const started = begin("--", "sh", "-c", 'sleep 60 & echo "pid $!"; wait; sleep 61');
  await until("the command", () => /^pid \d+$/m.test(started.out));
  const pid = pidIn(started.out);
  started.child.kill("SIGQUIT");
  expect(await started.ended).toEqual([131, null]);
  await until("the end of the rest", () => !isRunning(pid));
});

test("a signal that comes before the command ends it, or keeps it from being started", async () => {
  for (let delay = 60; delay <= 140; delay += 20) {
    const { child, ended } = begin("--", "sleep", "60");
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill("SIGTERM");
    expect([143, null], `after ${delay} ms`).toContain((await ended)[0]); // null: before node obeyed signals
  }
});

test.skipIf(!existsSync("/usr/bin/setpriv"))("where exec is killed, the command is ended, too", async () => {
  const started = begin("--", "sh", "-c", 'echo "pid $$"; exec sleep 60');
  await until("the command", () => /^pid \d+$/m.test(started.out));
  const pid = pidIn(started.out);
  expect(isRunning(pid)).toBe(true);
  started.child.kill("SIGKILL");
  await until("the end of the command", () => !isRunning(pid));
});

test("many side by side, each with a module of its own", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-exec-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(folder, "ask.sh");
  writeFileSync(script, 'exec 3<> "$BC28_PORT"\nprintf "AT+CGSN=1\\r" >&3\nhead -c 20 <&3 | tr -d "\\r\\n"\n');
  const all = await Promise.all(Array.from({ length: 12 }, () => run("--", "sh", script)));
  for (const { code, out } of all)
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^\+CGSN:\d+$/) });
});
