import { accessSync, constants, statSync } from "node:fs";
import { lstat, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { whyOf } from "./text-file.js";

/** Why the file could not be made later; checked at the start, before anything can be lost. */
export function whyNotMade(path: string): string | undefined {
  const directory = dirname(resolve(path));
  try {
    if (!statSync(directory).isDirectory()) return `${directory} is not a directory`;
    accessSync(directory, constants.W_OK | constants.X_OK);
    return path.endsWith("/") ? "it is not a file" : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `it cannot be made: ${whyOf(code, message)}`;
  }
}

/** Replaces a file atomically: a reader, or a crash at any time, finds the old text or the new one, never a part. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await targetOf(path);
  const temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}.tmp`);
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => undefined,
  );
  try {
    const file = await open(temporary, "wx");
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(target));
}

/** How many symlinks are followed; Linux has the same limit, path_resolution(7). */
const maxSymlinks = 40;

/** The real path of a file; follows symlinks, also to a target that does not exist yet. */
export async function targetOf(path: string, links = 0): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSymbolicLink()) return join(await realpath(dirname(path)), basename(path));
  if (links > maxSymlinks) throw new Error("too many symlinks");
  return targetOf(resolve(await realpath(dirname(path)), await readlink(path)), links + 1);
}

/** Flushes a directory, so that a rename survives a power failure. Not every file system can; then nothing happens. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
