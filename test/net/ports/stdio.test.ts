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
import { ReadableCopy } from "../readable-copy.js";
import { sleep, until } from "../witness.js";
import { owesWhatSerialPortsOwe } from "./front-ends.js";

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

  owesWhatSerialPortsOwe({
    async open(events) {
      [near, far] = await pair();
      return openStdio({ input: near, output: near }, events);
    },
    async attach(_port, { reads }) {
      const heard: Buffer[] = [];
      if (reads) far.on("data", (bytes) => heard.push(bytes));
      return {
        write: (bytes) => new Promise((resolve) => far.write(bytes, () => resolve())),
        get heard() {
          return Buffer.concat(heard);
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

// Sends back what it hears; with an argument it first writes so many bytes. What it is told goes to stderr.
const echoing = `
import { openStdio } from "./net/ports/stdio.js";
const say = (what) => process.stderr.write(JSON.stringify(what) + "\\n");
const port = openStdio({}, {
  onBytes: (bytes) => port.write(bytes),
  async onChange(change) {
    say(change);
    if (change.kind === "ended") await port.close();
  },
});
say({ interactive: port.interactive });
for (let left = Number(process.argv[2] ?? 0); left > 0; left -= 1024) port.write(new Uint8Array(1024).fill(0x41));
`;

describe("stdio in a process", () => {
  let copy: ReadableCopy;
  beforeAll(() => {
    copy = new ReadableCopy(echoing, { binding: "good" });
  });
  afterAll(() => copy.remove());

  /** What a child says on stderr, line by line, and how it ended. */
  function listen(child: ChildProcess) {
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    return {
      ended,
      told: (): unknown[] =>
        text
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    };
  }

  function onPipes(...args: string[]) {
    const child = spawn(process.execPath, [copy.program, ...args], { stdio: "pipe" });
    return { child, ...listen(child) };
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
    return { child, screen, isRaw, close, ...listen(child) };
  }

  test("takes all that a pipe brings, then says that it ended", async () => {
    const { child, told, ended } = onPipes();
    const sent = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 256));
    const heard: Buffer[] = [];
    child.stdout.on("data", (bytes) => heard.push(bytes));
    child.stdin.end(sent);
    expect(await ended).toBe(0);
    await until("the rest", () => Buffer.concat(heard).length === sent.length);
    expect(Buffer.concat(heard).equals(sent)).toBe(true);
    expect(told()).toEqual([{ interactive: false }, { kind: "ended" }]);
  });

  test("close waits for a slow reader", async () => {
    const { child, ended } = onPipes(String(500 * 1024));
    child.stdin.end();
    await sleep(300);
    let heard = 0;
    child.stdout.on("data", (bytes) => {
      heard += bytes.length;
    });
    expect(await ended).toBe(0);
    await until("the rest", () => heard === 500 * 1024);
  });

  test("a reader that never reads costs no more than a megabyte, and a second at the end", async () => {
    const { child, told, ended } = onPipes(String(4096 * 1024));
    await until("word of the loss", () => told().length === 2);
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(told()[1]).toMatchObject({ kind: "dropped" });
  });

  test("a reader that goes away is the end, quietly", async () => {
    const { child, told, ended } = onPipes();
    await until("it to be there", () => told().length === 1);
    child.stdout.destroy();
    child.stdin.write("AT\r");
    expect(await ended).toBe(0);
    expect(told()).toContainEqual({ kind: "ended" });
  });

  test("a terminal is raw until Ctrl-], then as it was", async () => {
    const { screen, told, ended, isRaw, close } = onTerminal();
    let seen = "";
    screen.on("data", (bytes) => {
      seen += bytes.toString("latin1");
    });
    await until("it to be there", () => told().length === 1);
    expect(told()).toEqual([{ interactive: true }]);
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

  test("a terminal that stands still stops nothing", async () => {
    const { child, told, close, ended } = onTerminal(String(4096 * 1024));
    await until("word of the loss", () => told().length === 2);
    expect(told()[1]).toMatchObject({ kind: "dropped" });
    child.kill("SIGKILL");
    await ended;
    close();
  });
});
