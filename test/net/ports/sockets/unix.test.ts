import { spawn } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { withoutInherited } from "../../../../net/close-on-exec.js";
import { openUnix } from "../../../../net/ports/sockets/unix.js";
import type { SerialPort } from "../../../../net/serial.js";
import { asOrdinaryUser } from "../../ordinary-user.js";
import { PortRecorder, until } from "../../port-recorder.js";
import { testSerialPort, testSingleHost } from "../serial-port-contract.js";
import { dial, hostAt } from "./sockets.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-unix-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const frontEnd = {
  open: (events: PortRecorder) => openUnix({ path: join(folder, "shared") }, events),
  attach: async (port: SerialPort, how: { readonly reads: boolean }) => hostAt(await dial(port), how),
  reattaches: true,
};

describe("a Unix socket is a front end", () => {
  testSerialPort(frontEnd);
  testSingleHost(frontEnd);
});

async function opened(path: string): Promise<SerialPort> {
  const port = await openUnix({ path }, new PortRecorder());
  onTestFinished(() => port.close());
  return port;
}

describe("the socket's file", () => {
  test("is for this user only, and removed at the end", async () => {
    const port = await opened(join(folder, "mine"));
    const stats = statSync(port.path);
    expect(stats.isSocket()).toBe(true);
    expect(stats.mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["mine"]);
    await port.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of a dead process is replaced", async () => {
    const path = join(folder, "stale");
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.stdout.write("up"))`;
    const killed = withoutInherited(["ignore", "pipe", "inherit"], (stdio) =>
      spawn(process.execPath, ["-e", script], { stdio }),
    );
    await new Promise((resolve) => killed.stdout?.once("data", resolve));
    killed.kill("SIGKILL");
    await new Promise((resolve) => killed.once("close", resolve));
    expect(lstatSync(path).isSocket()).toBe(true);
    const port = await opened(path);
    await hostAt(await dial(port)).leave();
  });

  test("in use is refused, and still works", async () => {
    const port = await opened(join(folder, "used"));
    await expect(openUnix({ path: port.path }, new PortRecorder())).rejects.toThrow(/used: some program is using it/);
    await hostAt(await dial(port)).leave();
  });

  test("that was replaced by another one is not removed", async () => {
    const port = await opened(join(folder, "replaced"));
    rmSync(port.path);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port.path, resolve));
    await port.close();
    expect(existsSync(port.path)).toBe(true);
    other.close();
  });

  test.each([
    [
      "a file",
      () => writeFileSync(join(folder, "file"), "mine"),
      "file",
      /file: this path exists and is not a socket$/,
    ],
    ["a folder", () => {}, ".", /: this path exists and is not a socket$/],
    ["nowhere", () => {}, "nowhere/socket", /there is no directory .*nowhere$/],
    ["a long name", () => {}, "x".repeat(200), /bytes too long for a socket$/],
  ])("is refused where it cannot be made: %s", async (_, prepare, name, why) => {
    prepare();
    const before = readdirSync(folder);
    const refusal = await openUnix({ path: join(folder, name) }, new PortRecorder()).catch((error) => error);
    expect(refusal).toMatchObject({ name: "UserError", code: 1 });
    expect(refusal.message).toMatch(why);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("is refused where the directory is not writable", async () => {
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o700));
    const open = asOrdinaryUser(() => openUnix({ path: join(folder, "no") }, new PortRecorder()));
    await expect(open).rejects.toThrow(/is not writable/);
  });
});

test("a further host is reported as another host: it has no address", async () => {
  const recorder = new PortRecorder();
  const port = await openUnix({ path: join(folder, "one") }, recorder);
  const sockets = [await dial(port), await dial(port)];
  await until("the report", () => recorder.count("refused") === 1);
  expect(recorder.changes).toContainEqual({ kind: "refused", who: "another host" });
  for (const socket of sockets) socket.destroy();
  await port.close();
});
