import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sleep, until } from "../net/port-recorder.js";
import { type GoldenSession, goldenSessions } from "../recordings/sessions.js";
import { Program, runToEnd } from "./program.js";

const golden = join(import.meta.dirname, "../recordings");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-recordings-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** How long a module must be silent before the host says its next step, in ms. */
const quietMs = 150;
/** The same where a recording is made that is to stay. */
const quietWhileRecordingMs = 250;

/** A host on TCP that plays steps; returns what it has heard. */
async function playSteps(address: string, steps: GoldenSession["steps"], quiet = quietMs): Promise<string> {
  let heard = "";
  let heardAt = 0;
  const socket = connect(Number(address.split(":").at(-1)), "127.0.0.1");
  socket.setEncoding("latin1").on("data", (text) => {
    heard += text;
    heardAt = performance.now();
  });
  for (const step of steps) {
    if (typeof step === "number") await sleep(step);
    else {
      const isRaw = step.endsWith("\\");
      socket.write(
        isRaw ? step.slice(0, -1) : /[\n\x1a]$/.test(step) || step === "hello" ? step : `${step}\r`,
        "latin1",
      );
      const saidAt = performance.now();
      await until("silence", () => performance.now() - Math.max(saidAt, heardAt) > quiet);
    }
  }
  socket.destroy();
  return heard;
}

/** Starts the servers of a session. Returns the flags that lead to them, and what closes them. */
async function startServers(replies: readonly (readonly string[])[]) {
  let count = 0;
  const next = (): readonly string[] => replies[count++] ?? [];
  const udp = createSocket("udp4", (_, { port, address }) => {
    for (const reply of next()) udp.send(Buffer.from(reply, "hex"), port, address);
  }).bind(0, "127.0.0.1");
  const tcp = createServer((socket) => {
    socket.setNoDelay(true).on("data", async () => {
      for (const reply of next()) {
        if (reply === "end") socket.end();
        else socket.write(Buffer.from(reply, "hex"));
        await sleep(30);
      }
    });
  }).listen(0, "127.0.0.1");
  await Promise.all([once(udp, "listening"), once(tcp, "listening")]);
  const map = (port: number, address: AddressInfo): readonly string[] => [
    ...["--map", `192.0.2.1:${port}=127.0.0.1:${address.port}`],
  ];
  const close = (): void => {
    udp.close();
    tcp.close();
  };
  return { flags: [...map(5683, udp.address()), ...map(7000, tcp.address() as AddressInfo)], close };
}

/** Records a session of the emulator through `tap`, and takes the names out of it. */
async function record(path: string, session: GoldenSession, quiet = quietMs): Promise<string> {
  const { flags = [], run: more = [], servers = [], steps } = session;
  const far = await startServers(servers);
  const module = new Program(["--pty", "--broker", "0", "--json", ...far.flags, ...flags, ...more]);
  const { pty = "" } = await module.ready();
  const full = join(folder, "full.jsonl");
  const tap = new Program(["tap", "--device", pty, "--tcp", "0", "--json", "--trace", full, ...flags]);
  const { tcp = "" } = (await tap.ready()) as { readonly tcp?: string };
  const heard = await playSteps(tcp, steps, quiet);
  expect((await tap.end("SIGINT")).code).toBe(0);
  await module.end();
  far.close();
  const { code, err } = await runToEnd(["redact", full, "--out", path]);
  expect([code, err]).toEqual([0, ""]);
  return heard;
}

if (process.env.RECORDINGS_UPDATE === "1")
  test.each(Object.entries(goldenSessions))("%s is recorded", async (name, session) => {
    await record(join(golden, `${name}.jsonl`), session, quietWhileRecordingMs);
  });

const files = readdirSync(golden).filter((name) => name.endsWith(".jsonl"));

test("every session has its recording", () => {
  expect(files).toEqual(expect.arrayContaining(Object.keys(goldenSessions).map((name) => `${name}.jsonl`)));
});

test("the emulator agrees with every recording", async () => {
  const { out, code } = await runToEnd(["compare", ...files.map((name) => join(golden, name))]);
  expect(out.split("\n").filter((line) => !/: agrees, of \d+ lines of the module$/.test(line))).toEqual([""]);
  expect(code).toBe(0);
});

test("through a tap: recorded, redacted, compared, explained, replayed", async () => {
  const path = join(folder, "one.jsonl");
  const { "quirk-prompt-blank": session } = goldenSessions;
  if (session === undefined) throw new Error("there is no such session");
  const heard = await record(path, session);
  expect(heard).toMatch(/\r\n> \r\nOK\r\n\r\n\+QMTPUB: 0,7,0\r\n/);
  expect(await runToEnd(["compare", path])).toMatchObject({ code: 0 });
  const other = await runToEnd(["compare", path, "--quirk", "prompt=\\r\\n>", "--imei", "490154203237518", "--patch"]);
  expect(other.code).toBe(1);
  expect(other.out).toMatch(/recorded {2}<0D><0A>> \n.*emulated {2}<0D><0A>>\n/);
  expect(other.out).toContain('quirks.prompt="\\r\\n> " explains 1 difference');
  const replay = new Program(["replay", path, "--tcp", "0", "--json", "--fast"]);
  const { tcp = "" } = (await replay.ready()) as { readonly tcp?: string };
  await playSteps(tcp, ["AT"]);
  const { code, out } = await replay.ended;
  expect(code).toBe(1);
  expect(out).toMatch(/The host differs from the recording.\n {2}recorded {2}AT\+QMTOPEN=.*\n {2}said {6}AT<0D>\n/);
});

test("what cannot be read ends with one line and code 1", async () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [header = ""] = readFileSync(join(golden, "bc28.jsonl"), "utf8").split("\n");
  const rows = [
    [file("empty", ""), "it is empty"],
    [file("foreign", "PNG\n"), "it is no trace of bc28-emu"],
    [file("newer", header.replace('"version":1', '"version":2')), "it has version 2"],
    [
      file("older", `${header}\n{"seq":1,"t":0,"wall":"2026-01-01T00:00:00.000Z","kind":"line","line":"AT"}\n`),
      "no bytes",
    ],
    [join(folder, "absent"), "there is no such file"],
  ] as const;
  const commands = ["compare", "replay", "redact", "compare", "compare"];
  for (const [index, [path, why]] of rows.entries()) {
    const { code, out, err } = await runToEnd([commands[index] ?? "", path]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(new RegExp(`^bc28-emu: [^\n]*${why}[^\n]*\n$`));
  }
  const cut = file("cut", readFileSync(join(golden, "bc28.jsonl"), "utf8").slice(0, -40));
  expect((await runToEnd(["compare", cut])).out).toContain("note: its last line is not complete");
  expect((await runToEnd(["tap", "--device", join(folder, "absent")])).err).toMatch(
    /^bc28-emu: [^\n]*there is no such device[^\n]*\n$/,
  );
  expect((await runToEnd(["tap"])).code).toBe(2);
});
