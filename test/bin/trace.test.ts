import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { traceEvent, traceHeader } from "../../net/trace/trace-schema.js";
import { until } from "../net/port-recorder.js";
import { Program } from "./program.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-trace-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Line {
  readonly seq?: number;
  readonly kind?: string;
  readonly [field: string]: unknown;
}

/** The whole lines of a trace. */
const linesOf = (path: string): readonly Line[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** A session with a login, up to its answer. */
async function playSession(program: Program): Promise<void> {
  for (const [line, answer] of [
    ['AT+QMTOPEN=0,"b",1883', "+QMTOPEN: 0,0"],
    ['AT+QMTCONN=0,"meter-7","me","hunter2"', "+QMTCONN: 0,0,0"],
    ['AT+QMTSUB=0,1,"t",1', "+QMTSUB: 0,1,0,1"],
  ] as const) {
    program.type(`${line}\r`);
    await until(answer, () => program.out.includes(answer));
  }
}

const start = (path: string, ...more: readonly string[]): Program =>
  new Program(["--stdio", "--broker", "0", "--seed", "7", "--fault", "lose PINGRESP", "--trace", path, ...more]);

test("every event of a run, from power-up to the DISCONNECT, and no secret", async () => {
  const path = join(folder, "run.jsonl");
  const program = start(path);
  await until("the banner", () => program.out.includes("OK"));
  await playSession(program);
  program.child.kill("SIGTERM");
  await program.ended;
  const [first, ...events] = linesOf(path);
  expect(v.is(traceHeader, first)).toBe(true);
  for (const event of events) expect(v.safeParse(traceEvent, event).issues).toBe(undefined);
  expect(first).toMatchObject({ format: "bc28-emu trace", seed: 7, profile: "bc28", faults: ["lose PINGRESP"] });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  const packets = events.filter(({ kind }) => kind === "packet").map(({ packet }) => packet);
  expect(packets).toEqual(["CONNECT", "CONNACK", "SUBSCRIBE", "SUBACK", "DISCONNECT"]);
  expect(events.find(({ kind }) => kind !== "urc")).toMatchObject({ kind: "booted" });
  expect(readFileSync(path, "utf8")).not.toContain("hunter2");
});

test("after SIGKILL it has whole lines up to the last answer", async () => {
  const path = join(folder, "killed.jsonl");
  const program = start(path);
  await until("the banner", () => program.out.includes("OK"));
  await playSession(program);
  await until("its bytes in the file", () => readFileSync(path, "utf8").includes("+QMTSUB: 0,1,0,1\\r\\n"));
  program.child.kill("SIGKILL");
  await program.ended;
  expect(linesOf(path).at(-1)).toMatchObject({ kind: "bytes", way: "sent", text: "\r\n+QMTSUB: 0,1,0,1\r\n" });
});

test("--trace-secrets shows secrets, and the first line says so", async () => {
  const path = join(folder, "secrets.jsonl");
  const program = start(path, "--trace-secrets");
  await until("the banner", () => program.out.includes("OK"));
  await playSession(program);
  program.child.kill("SIGTERM");
  await program.ended;
  const [first, ...events] = linesOf(path);
  expect(first).toMatchObject({ secrets: true });
  expect(v.is(traceHeader, first)).toBe(true);
  const withSecret = events.filter((event) => JSON.stringify(event).includes("hunter2")).map(({ kind }) => kind);
  expect(withSecret).toEqual(["bytes", "line", "packet"]);
});
