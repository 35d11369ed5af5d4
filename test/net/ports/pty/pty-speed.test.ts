import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { PortRecorder, sleep, until } from "../../port-recorder.js";
import { attach } from "./pty-hosts.js";

/** How long the slow stty takes to end, after it has read the settings. */
const slowMs = 300;

/** `openPty` of a machine on which stty is slow. */
async function slowMachine() {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-stty-"));
  const real = execFileSync("sh", ["-c", "command -v stty"]).toString().trim();
  const slow = join(folder, "stty");
  writeFileSync(slow, `#!/bin/sh\n${real} "$@"\nstatus=$?\nsleep ${slowMs / 1000}\nexit $status\n`);
  chmodSync(slow, 0o755);
  const { PATH } = process.env;
  onTestFinished(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });
  process.env.PATH = `${folder}:${PATH}`;
  vi.resetModules(); // the environment of stty is that of the first import
  const { openPty } = await import("../../../../net/ports/pty/pty.js");
  return { openPty, real };
}

test("a speed belongs to what was sent at it, also where it is read slowly", async () => {
  const { openPty, real } = await slowMachine();
  const recorder = new PortRecorder();
  const seen: unknown[] = [];
  recorder.onReceived = (bytes) => seen.push(Buffer.from(bytes).toString());
  const port = openPty(
    { followSpeed: true },
    {
      onBytes: (bytes) => recorder.onBytes(bytes),
      onChange(change) {
        if (change.kind === "speed") seen.push(change.speed);
      },
    },
  );
  onTestFinished(() => port.close());
  const host = await attach(port.path);
  const set = (speed: number): void => void execFileSync(real, ["-F", port.path, `${speed}`]);
  set(57_600);
  await host.write(Buffer.from("first\r"));
  await sleep(slowMs / 3); // its speed has been read, and this is not known yet
  set(19_200);
  await host.write(Buffer.from("second\r"));
  await until("both", () => seen.includes("second\r"));
  expect(seen).toEqual([57_600, "first\r", 19_200, "second\r"]);
  await host.leave();
});

test("output does not reach a host that is found when it arrives: its speed is not known", async () => {
  const { openPty } = await slowMachine();
  const recorder = new PortRecorder();
  const port = openPty({ followSpeed: true }, recorder);
  onTestFinished(() => port.close());
  const host = await attach(port.path);
  port.write(Buffer.from("OK"));
  await until("the loss", () => recorder.dropped === 2);
  await until("its speed", () => recorder.count("speed") === 1);
  port.write(Buffer.from("ERROR"));
  await until("the rest", () => host.received.length > 0);
  expect(recorder.changes.slice(0, 2)).toEqual([
    { kind: "attach", readsSpeed: true },
    { kind: "dropped", bytes: 2 },
  ]);
  expect(String(host.received)).toBe("ERROR");
  await host.leave();
});
