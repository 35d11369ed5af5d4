import { PassThrough, Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openTrace, type ReadTrace, readTrace } from "../../../net/trace/read-trace.js";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";

const run = { program: "1", started: "2026-01-01T00:00:00.000Z", profile: "bc28", quirks: {}, timing: "instant" };
const more = { seed: 0, timeScale: 1, faults: [], scenarios: [] };
const header = JSON.stringify({ format: "bc28-emu trace", version: 1, ...run, ...more });
const event = (seq: number, line = "OK"): RecordedEvent => ({ seq, t: seq, wall: run.started, kind: "answer", line });

const open = (text: string): Promise<ReadTrace> => readTrace(Readable.from([Buffer.from(text)]), '"a.jsonl"');

async function all({ events }: ReadTrace): Promise<readonly RecordedEvent[]> {
  const read: RecordedEvent[] = [];
  for await (const each of events) read.push(each);
  return read;
}

const read = async (text: string): Promise<readonly RecordedEvent[]> => all(await open(text));

/** Lines with their ends. */
const lines = (...all: readonly (string | object)[]): string =>
  all.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");

test("the header, then the events, in chunks of any size", async () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 40 }), async (said, size) => {
      const events = said.map((line, at) => event(at + 1, line));
      const bytes = Buffer.from(lines(header, ...events));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const trace = await readTrace(Readable.from(chunks), "x");
      expect(trace.header.profile).toBe("bc28");
      expect(await all(trace)).toEqual(events);
      expect(trace.isCut).toBe(false);
    }),
    { numRuns: 30 },
  );
});

describe("a trace that ends where its program was killed", () => {
  const whole = lines(header, event(1), event(2));

  test("is read up to its last whole line, wherever it ends", async () => {
    const start = whole.length - JSON.stringify(event(2)).length;
    for (let end = start; end < whole.length - 1; end++) {
      const trace = await open(whole.slice(0, end));
      expect(await all(trace)).toEqual([event(1)]);
      expect(trace.isCut).toBe(true);
    }
  });

  test("has its last event, if only the line end is missing", async () => {
    const trace = await open(whole.slice(0, -1));
    expect([await all(trace), trace.isCut]).toEqual([[event(1), event(2)], false]);
  });
});

test("events come while the trace is still written", async () => {
  const input = new PassThrough();
  input.write(lines(header, event(1)));
  const events = (await openTrace("-", input)).events[Symbol.asyncIterator]();
  expect(await events.next()).toEqual({ done: false, value: event(1) });
  input.end(lines(event(2)));
  expect(await events.next()).toEqual({ done: false, value: event(2) });
});

describe("what is no trace is refused in a line", () => {
  const own = JSON.parse(header);
  const version2 = lines({ ...own, version: 2 });
  const deep = "[".repeat(9000) + "]".repeat(9000);
  const nested = `{"seq":1,"t":1,"wall":"${run.started}","kind":"new","what":${deep}}`;
  const oddSeed = lines({ ...own, seed: "x" });
  test.each([
    ["nothing", "", "it is empty"],
    ["a text", "hello\n", "it is no trace of bc28-emu"],
    ["an empty line", "\n", "it is no trace of bc28-emu"],
    ["another format", '{"format":"pcap"}\n', "it is no trace of bc28-emu"],
    ["a part of the first line", header.slice(0, 60), "it ends in its first line"],
    ["another version", version2, "it has version 2; this program reads version 1"],
    ["another first line", oddSeed, "its first line has no seed that can be understood"],
    ["a broken line", lines(header, event(1), "{", event(2)), "line 3 is no event"],
    ["an event without a time", lines(header, { ...event(1), t: null }), "line 2 is no event"],
    ["a time before the run", lines(header, { ...event(1), t: -1 }), "line 2 is no event"],
    ["a time that no date can have", lines(header, { ...event(1), t: 1e300 }), "line 2 is no event"],
    ["a moment that is no date", lines(header, { ...event(1), wall: "x" }), "line 2 is no event"],
    [
      "a moment beyond any clock",
      lines(header, { ...event(1), wall: "+099999-01-01T00:00:00Z" }),
      "line 2 is no event",
    ],
    ["a list in lists without end", lines(header, nested), "line 2 is no event"],
    [
      "a first line in lists without end",
      lines(header.replace("{}", deep)),
      "its first line nests deeper than 32 lists",
    ],
    ["a list", lines(header, "[]"), "line 2 is no event"],
    [
      "a line without an end",
      lines(header, event(1)) + "x".repeat(1024 * 1024 + 1),
      "line 3 is longer than 1048576 bytes",
    ],
  ])("%s", async (_, text, why) => {
    await expect(read(text)).rejects.toMatchObject({ code: 1, message: `trace "a.jsonl": ${why}` });
  });

  test("a file that is not there, and a folder", async () => {
    await expect(openTrace("/none/x", process.stdin)).rejects.toThrow('trace "/none/x": there is no such file');
    await expect(openTrace("/tmp", process.stdin)).rejects.toThrow('trace "/tmp": it is a folder');
  });
});
