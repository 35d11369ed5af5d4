import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeOnExec, forgetDescriptor, withoutInherited } from "../../../net/close-on-exec.js";
import { openpty } from "../../../net/ports/pty/pty-native.js";
import { openStdio } from "../../../net/ports/stdio.js";
import { ReadableCopy } from "../ordinary-user.js";
import { sleep, until } from "../port-recorder.js";
import { testSerialPort } from "./serial-port-contract.js";

describe("stdio is a front end", () => {
  let folder = "";
  let near: Socket;
  let far: Socket;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bc28-emu-stdio-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A stream with two ends in the kernel, as a pipe has. */
  async function pair(): Promise<[Socket, Socket]> {
    const server = createServer();
    const path = join(folder, "socket");
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const there = connect(path);
    const here = await accepted;
    server.close();
    return [here, there];
  }

  testSerialPort({
    async open(events) {
      [near, far] = await pair();
      return openStdio({ input: near, output: near }, events);
    },
    async attach(_port, { reads }) {
      const received: Buffer[] = [];
      if (reads) far.on("data", (bytes) => received.push(bytes));
      return {
        write: (bytes) => new Promise((resolve) => far.write(bytes, () => resolve())),
        get received() {
          return Buffer.concat(received);
        },
        async leave() {
          far.destroy();
          near.destroy();
        },
      };
    },
    reattaches: false,
  });
});

// Sends its input back; with an argument it first writes that many bytes. Prints its changes on stderr.
const echoing = `
import { openStdio } from "./net/ports/stdio.js";
const print = (what) => process.stderr.write(JSON.stringify(what) + "\\n");
const port = openStdio({}, {
  onBytes: (bytes) => port.write(bytes),
  async onChange(change) {
    print(change);
    if (change.kind === "ended") await port.close();
  },
});
print({ interactive: port.interactive });
for (let left = Number(process.argv[2] ?? 0); left > 0; left -= 1024) port.write(new Uint8Array(1024).fill(0x41));
`;

describe("stdio in a process", () => {
  let copy: ReadableCopy;
  beforeAll(() => {
    copy = new ReadableCopy(echoing, { binding: "good" });
  });
  afterAll(() => copy.remove());

  /** The lines that a child prints on stderr, and its exit code. */
  function outputOf(child: ChildProcess) {
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    return {
      ended,
      reported: (): unknown[] =>
        text
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    };
  }

  function onPipes(...args: string[]) {
    const child = spawn(process.execPath, [copy.program, ...args], { stdio: "pipe" });
    return { child, ...outputOf(child) };
  }

  function onTerminal(...args: string[]) {
    const { master, slave, path } = openpty();
    closeOnExec(master);
    const child = withoutInherited([slave, slave, "pipe"], (stdio) =>
      spawn(process.execPath, [copy.program, ...args], { stdio }),
    );
    const screen = new ReadStream(master, { writable: true });
    screen.on("error", () => {});
    const isRaw = (): boolean => /-icanon/.test(String(spawnSync("stty", ["-F", path, "-a"]).stdout));
    const close = (): void => {
      forgetDescriptor(master);
      screen.destroy();
    };
    return { child, screen, isRaw, close, ...outputOf(child) };
  }

  test("takes all input of a pipe, then reports its end", async () => {
    const { child, reported, ended } = onPipes();
    const sent = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 256));
    const received: Buffer[] = [];
    child.stdout.on("data", (bytes) => received.push(bytes));
    child.stdin.end(sent);
    expect(await ended).toBe(0);
    await until("the rest", () => Buffer.concat(received).length === sent.length);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    expect(reported()).toEqual([{ interactive: false }, { kind: "ended" }]);
  });

  test("close waits for a slow reader", async () => {
    const { child, ended } = onPipes(String(500 * 1024));
    child.stdin.end();
    await sleep(300);
    let received = 0;
    child.stdout.on("data", (bytes) => {
      received += bytes.length;
    });
    expect(await ended).toBe(0);
    await until("the rest", () => received === 500 * 1024);
  });

  test("for a reader that never reads at most 1 MiB is queued, and close takes a second", async () => {
    const { child, reported, ended } = onPipes(String(4096 * 1024));
    await until("the report of lost bytes", () => reported().length === 2);
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(reported()[1]).toMatchObject({ kind: "dropped" });
  });

  test("when the reader is gone the input ends, without an error", async () => {
    const { child, reported, ended } = onPipes();
    await until("it to be ready", () => reported().length === 1);
    child.stdout.destroy();
    child.stdin.write("AT\r");
    expect(await ended).toBe(0);
    expect(reported()).toContainEqual({ kind: "ended" });
  });

  test("a terminal is raw until Ctrl-], then has its former settings", async () => {
    const { screen, reported, ended, isRaw, close } = onTerminal();
    let seen = "";
    screen.on("data", (bytes) => {
      seen += bytes.toString("latin1");
    });
    await until("it to be ready", () => reported().length === 1);
    expect(reported()).toEqual([{ interactive: true }]);
    expect(isRaw()).toBe(true);
    screen.write("AT\r\x03\x04");
    await until("its echo", () => seen.length === 5);
    expect(seen).toBe("AT\r\x03\x04");
    screen.write("+++\x1drest");
    expect(await ended).toBe(0);
    expect(seen).toBe("AT\r\x03\x04+++");
    expect(isRaw()).toBe(false);
    close();
  });

  test("a terminal that does not read does not block", async () => {
    const { child, reported, close, ended } = onTerminal(String(4096 * 1024));
    await until("the report of lost bytes", () => reported().length === 2);
    expect(reported()[1]).toMatchObject({ kind: "dropped" });
    child.kill("SIGKILL");
    await ended;
    close();
  });
});
