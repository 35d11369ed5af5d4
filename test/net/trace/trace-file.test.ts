import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";
import { openTraceFile, TraceFile } from "../../../net/trace/trace-file.js";

const header = { program: "1", profile: "bc28", quirks: {}, timing: "instant", seed: 0, timeScale: 1 };
const event = (seq: number, text = "OK"): RecordedEvent => ({ seq, t: seq, wall: "", kind: "answer", line: text });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-trace-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open = (path: string, warnings: string[] = []): Promise<TraceFile> =>
  openTraceFile(path, { ...header, faults: [], scenarios: [] }, (line) => warnings.push(line));

const linesOf = (path: string): readonly unknown[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a file that is there is replaced: the run, then its events in their order", async () => {
  const path = join(folder, "run.jsonl");
  writeFileSync(path, "old\n".repeat(1000));
  const trace = await open(path);
  for (let seq = 1; seq <= 1000; seq++) trace.write(event(seq));
  await trace.close();
  const [first, ...events] = linesOf(path);
  expect(first).toMatchObject({ format: "bc28-emu trace", version: 1, profile: "bc28", seed: 0 });
  expect(events).toEqual(Array.from({ length: 1000 }, (_, at) => event(at + 1)));
});

describe("what is no file is refused, with code 2, and stays as it is", () => {
  test.each([
    ["a folder", () => mkdirSync(join(folder, "at")), "it is not a file"],
    ["a pipe", () => execFileSync("mkfifo", [join(folder, "at")]), "it is not a file"],
  ])("%s", async (_, make, why) => {
    rmSync(join(folder, "at"), { recursive: true, force: true });
    make();
    const path = join(folder, "at");
    await expect(open(path)).rejects.toMatchObject({ code: 2, message: `--trace ${JSON.stringify(path)}: ${why}` });
  });

  test("a path without its folder", async () => {
    await expect(open(join(folder, "none", "x"))).rejects.toThrow("it cannot be written: there is no such directory");
  });
});

/** A file on a disk of one's own. */
const onDisk = (appendFile: (text: string) => Promise<void>): FileHandle =>
  ({ appendFile, close: async () => {} }) as unknown as FileHandle;

test("what a slow disk does not take is counted, and the count stands in its place", async () => {
  const written: string[] = [];
  let go = (): void => {};
  const stuck = new Promise<void>((resolve) => {
    go = resolve;
  });
  const trace = new TraceFile(
    onDisk(async (text) => {
      await stuck;
      written.push(text);
    }),
    "x",
    () => {},
  );
  const large = "x".repeat(1024 * 1024);
  for (let seq = 1; seq <= 100; seq++) trace.write(event(seq, large));
  go();
  await trace.close();
  const seen: RecordedEvent[] = written
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const last = seen.at(-1);
  expect(seen.slice(0, -1).map(({ seq }) => seq)).toEqual(Array.from({ length: seen.length - 1 }, (_, at) => at + 1));
  expect(seen.length).toBeLessThan(20);
  expect(last).toMatchObject({ kind: "lost", seq: 100, events: 100 - (seen.length - 1) });
});

test("a full disk is told once, and the modem goes on", async () => {
  const warnings: string[] = [];
  const full = onDisk(() => Promise.reject(Object.assign(new Error("no"), { code: "ENOSPC" })));
  const trace = new TraceFile(full, "run.jsonl", (line) => warnings.push(line));
  for (let seq = 1; seq <= 3; seq++) {
    trace.write(event(seq));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await trace.close();
  expect(warnings).toEqual(["trace! run.jsonl could not be written, and ends here: the disk is full"]);
});
