import { rmSync } from "node:fs";
import { mkdir, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { whyOf } from "../storage/text-file.js";
import { UserError } from "../user-error.js";

/** The file of the events. */
export const traceName = "trace.jsonl";
/** All files of a report. */
export const reportFiles = [
  traceName,
  "findings.json",
  "coverage.json",
  "junit.xml",
  "summary.md",
  "report.html",
] as const;
export type ReportFile = (typeof reportFiles)[number];

/** A folder in which a report appears at once, when all of it is written. */
export class ReportFolder {
  readonly #path: string;
  /** Where the files are written until then: in the same folder, so that they can be renamed. */
  readonly #draft: string;
  readonly #removeDraft = (): void => rmSync(this.#draft, { recursive: true, force: true });

  constructor(path: string, draft: string) {
    this.#path = path;
    this.#draft = draft;
    process.once("exit", this.#removeDraft);
  }

  /** The file of the events, until the report appears. */
  get draftOfTrace(): string {
    return join(this.#draft, traceName);
  }

  /**
   * Writes the files beside the trace, and lets all of them appear. Files of an older report are replaced, others stay.
   * @throws UserError (code 1) that names the folder and what is wrong with it; then nothing has appeared
   */
  async publish(files: Readonly<Record<Exclude<ReportFile, typeof traceName>, string>>): Promise<void> {
    try {
      for (const [name, text] of Object.entries(files)) await writeWhole(join(this.#draft, name), text);
      await assertReplaceable(this.#path);
      for (const name of reportFiles) await rename(join(this.#draft, name), join(this.#path, name));
    } catch (error) {
      throw refusal(this.#path, "it could not be written", error);
    } finally {
      await this.discard();
    }
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    process.off("exit", this.#removeDraft);
    await rm(this.#draft, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Prepares a folder for a report, and makes it where there is none.
 * @throws UserError (code 2) that names the folder and what is wrong with it
 */
export async function openReportFolder(path: string): Promise<ReportFolder> {
  try {
    await makeFolder(resolve(path));
    await assertReplaceable(path);
    return new ReportFolder(path, await mkdtemp(join(path, ".bc28-emu-")));
  } catch (error) {
    throw refusal(path, "it cannot be written", error, 2);
  }
}

/** Makes a folder and those above it. node's own way does not end where a file system refuses new folders, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

/** Throws where a folder stands in the place of a file. */
async function assertReplaceable(path: string): Promise<void> {
  for (const name of reportFiles) {
    const found = await stat(join(path, name)).catch(() => undefined);
    if (found?.isDirectory()) throw new Error(`${name} in it is a folder`);
  }
}

/** Writes a file to the disk. */
async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function refusal(path: string, what: string, error: unknown, code: 1 | 2 = 1): UserError {
  const { code: name, message } = error as NodeJS.ErrnoException;
  const why = name === "EEXIST" || name === "ENOTDIR" ? "it is not a folder" : `${what}: ${whyOf(name, message)}`;
  return new UserError(`--report ${JSON.stringify(path)}: ${why}`, code);
}
