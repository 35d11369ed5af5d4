import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addToCoverage, checkCoverageFile, coverageJson, readCoverage } from "../../../net/coverage/coverage-file.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-coverage-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const once = { commands: { "AT+CSQ": 1 }, errors: { "+CME ERROR: 999": 2 } };

test("runs that end together lose no count", async () => {
  const path = join(folder, "together.json");
  await Promise.all(Array.from({ length: 25 }, () => addToCoverage(path, once)));
  expect(readCoverage(path, 1)).toEqual({
    runs: 25,
    counts: expect.objectContaining({
      commands: expect.objectContaining({ "AT+CSQ": 25 }),
      errors: expect.objectContaining({ "+CME ERROR: 999": 50 }),
    }),
  });
  expect(readdirSync(folder)).toEqual(["together.json"]); // neither a lock nor a draft is left
});

test("a lock that a killed run has left is broken", async () => {
  const path = join(folder, "killed.json");
  writeFileSync(`${path}.lock`, "x");
  const long = Date.now() / 1000 - 60;
  utimesSync(`${path}.lock`, long, long);
  await Promise.all(Array.from({ length: 5 }, () => addToCoverage(path, once)));
  expect(readCoverage(path, 1)?.runs).toBe(5);
});

test.each([
  ["a file of something else", '{"version":1}', "was not written by --coverage"],
  ["another version", coverageJson({ runs: 1, counts: once }).replace('"version":1', '"version":2'), "another version"],
  [
    "counts that are no numbers",
    coverageJson({ runs: 1, counts: once }).replace('"met":1', '"met":-1'),
    "was not written by",
  ],
  ["no JSON", "hello", "it is not JSON"],
  ["nothing", "", "it is empty"],
])("%s is refused, and stays as it is", async (_, text, why) => {
  const path = join(folder, "foreign.json");
  writeFileSync(path, text);
  expect(() => checkCoverageFile(path)).toThrow(why);
  await expect(addToCoverage(path, once)).rejects.toThrow(why);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a place where no file can be is refused before", () => {
  expect(() => checkCoverageFile(join(folder, "nowhere", "c.json"))).toThrow("there is no such directory");
  expect(() => checkCoverageFile(folder)).toThrow("it is not a file");
});
