import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";

/** node-pty's native part, as the single executable carries it. */
export interface Packed {
  readonly version: string;
  /** The SHA-256 of what `pty` returns, in hexadecimal digits. */
  readonly ptySha256: string;
  pty(): Uint8Array;
}

/**
 * Loads node-pty's native part by `load`, from a file: dlopen(3) takes nothing else. The file stays in the user's cache; where
 * that cannot be used, it is in a private temporary folder until it is loaded. Throws the error of that second way.
 */
export function loadUnpacked<T>(packed: Packed, load: (path: string) => T): T {
  try {
    return load(cachedFile(packed));
  } catch {} // the cache cannot be written, others may write it, or it is mounted noexec
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-"));
  try {
    const path = join(folder, "pty.node");
    writeFileSync(path, packed.pty(), { mode: 0o600 });
    return load(path);
  } finally {
    rmSync(folder, { recursive: true, force: true }); // what is loaded stays loaded
  }
}

/** The path of the file in the cache, which is written where it is not there or has another hash. */
function cachedFile(packed: Packed): string {
  const caches = cacheHome();
  make(caches);
  const ours = privateFolder(join(caches, "bc28-emu"));
  const folder = privateFolder(join(ours, `${packed.version}-${packed.ptySha256.slice(0, 16)}`));
  const path = join(folder, "pty.node");
  if (hashOf(path) !== packed.ptySha256) replace(path, packed.pty());
  return path;
}

/** The folder of the user's caches, by the XDG Base Directory Specification, which has relative paths ignored. */
function cacheHome(): string {
  const given = process.env.XDG_CACHE_HOME ?? "";
  return isAbsolute(given) ? given : join(homedir(), ".cache");
}

/** Makes a folder if it is not there. Not with `recursive`, which never ends in /proc. */
function make(path: string): void {
  if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
}

/** Makes a folder for this user only. Throws where one is there in which others may change files: they could change ours. */
function privateFolder(path: string): string {
  make(path);
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.geteuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${path} does not belong to this user alone`);
  }
  return path;
}

function hashOf(path: string): string | undefined {
  const { createHash } = process.getBuiltinModule("node:crypto"); // loaded late: it is slow to load
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return undefined;
  }
}

/** Writes a file in one step: another program that loads it meanwhile finds the old file or the new one. */
function replace(path: string, bytes: Uint8Array): void {
  const draft = `${path}.${process.getBuiltinModule("node:crypto").randomUUID()}`;
  try {
    writeFileSync(draft, bytes, { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
