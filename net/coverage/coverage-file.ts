import { realpathSync } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import * as v from "valibot";
import { replaceFile, targetOf, whyNotMade } from "../storage/replaced-file.js";
import { readJsonFile, whyOf } from "../storage/text-file.js";
import { pause } from "../time/real-time.js";
import { UserError } from "../user-error.js";
import { type Counts, maxCount, merged } from "./counts.js";
import { itemsOf } from "./coverage.js";

/** What some runs have met together. */
export interface CoverageSum {
  readonly runs: number;
  readonly counts: Counts;
}

/** The longest file that is read, in bytes. decided */
const maxBytes = 4 * 1024 * 1024;
/** How long to wait for another run that writes the file, and how old its lock is when it counts as left behind, in ms. decided */
const lockWaitMs = 5000;
const staleMs = 3000;

const format = { format: "bc28-emu coverage", version: 1 } as const;
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxCount));
const schema = v.looseObject({
  format: v.literal(format.format),
  version: v.literal(format.version),
  runs: count,
  items: v.pipe(v.array(v.looseObject({ group: v.string(), item: v.string(), met: count })), v.maxLength(10_000)),
});

/** The text of a coverage file. */
export function coverageJson({ runs, counts }: CoverageSum): string {
  const items = itemsOf(counts).map((item) => JSON.stringify(item));
  const head = JSON.stringify({ ...format, runs }).slice(1, -1);
  return `{${head},"items":[\n${items.join(",\n")}\n]}\n`;
}

/** Reads a coverage file; undefined: there is none. Throws a UserError that names the file and what is wrong with it. */
export function readCoverage(path: string, code: 1 | 2): CoverageSum | undefined {
  const file = readJsonFile(path, maxBytes);
  const refusal = (why: string): UserError => new UserError(`coverage file ${JSON.stringify(path)}: ${why}`, code);
  if (file.kind === "absent") return undefined;
  if (file.kind === "problem") throw refusal(file.why);
  const read = v.safeParse(schema, file.json);
  if (!read.success) throw refusal("it was not written by --coverage, or by another version; it is left as it is");
  const { runs, items } = read.output;
  return { runs, counts: merged(...items.map(({ group, item, met }) => ({ [group]: { [item]: met } }))) };
}

/** Throws a UserError (code 2) where nothing can be added to a file later: it is foreign, or cannot be written. */
export function checkCoverageFile(path: string): void {
  const why = whyNotMade(readCoverage(path, 2) === undefined ? path : realpathSync(path)); // it is replaced by a new one
  if (why !== undefined) throw new UserError(`coverage file ${JSON.stringify(path)}: ${why}`, 2);
}

/**
 * Adds what a run has met to a file, which is replaced whole. Runs that end at the same time wait for each other.
 * @throws UserError (code 1) that names the file and what is wrong with it; then it is as it was
 */
export async function addToCoverage(path: string, counts: Counts): Promise<void> {
  const refusal = (why: string): UserError => new UserError(`coverage file ${JSON.stringify(path)}: ${why}`);
  try {
    const target = await targetOf(path);
    const unlock = await lock(`${target}.lock`);
    if (unlock === undefined) throw refusal(`another run writes it; if there is none, remove ${target}.lock`);
    try {
      const before = readCoverage(target, 1) ?? { runs: 0, counts: {} };
      await replaceFile(target, coverageJson({ runs: before.runs + 1, counts: merged(before.counts, counts) }));
    } finally {
      await unlock();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw refusal(`it could not be written: ${whyOf(code, message)}`);
  }
}

/** Makes a lock file, and waits while another run has it. Returns how to remove it; undefined: the other one keeps it. */
async function lock(path: string): Promise<(() => Promise<void>) | undefined> {
  for (const start = performance.now(); performance.now() - start < lockWaitMs; ) {
    try {
      await (await open(path, "wx")).close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    await breakStale(path);
    await pause(5 + Math.random() * 20);
  }
  return undefined;
}

/** Removes a lock that a killed run has left behind; the file under a lock is written within milliseconds. */
async function breakStale(path: string): Promise<void> {
  try {
    const { ino, mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs < staleMs) return;
    const aside = `${path}.${crypto.randomUUID()}`;
    await rename(path, aside); // one of several that try has it then
    if ((await stat(aside)).ino === ino) await rm(aside, { force: true });
    else await rename(aside, path); // a new run had taken its place meanwhile
  } catch {} // it is gone
}
