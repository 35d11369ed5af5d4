import { accessSync, constants, statSync } from "node:fs";
import { lstat, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { factoryNvm, type Nvm } from "../../emulator/memory/nvm.js";
import { nvmFrom, nvmImage } from "../../emulator/memory/nvm-image.js";
import { UserError } from "../user-error.js";
import { readJsonFile, whyOf } from "./text-file.js";

/** Where the non-volatile memory is kept from run to run. */
export interface NvmStore {
  /** What the last run has left. */
  readonly nvm: Nvm;
  /** Keeps this instead, soon. Of several at once only the last one is written. */
  save(nvm: Nvm): void;
  /** Settles when what was saved is stored, or could not be. */
  flush(): Promise<void>;
}

/** The longest image that is read, in bytes. */
const longest = 65_536;

/**
 * Keeps the memory in a file. One that is not there begins as from the factory, and is made at the first change. Modems that
 * share a file do not hear of each other: the last one that changes something wins.
 * @param warn gets a line when the memory could not be stored; the modem goes on.
 * @throws UserError (code 2) that names the file and what is wrong with it; the file stays as it is.
 */
export function openNvmFile(path: string, warn: (line: string) => void = () => {}): NvmStore {
  return new NvmFile(resolve(path), readNvm(path), warn);
}

function readNvm(path: string): Nvm {
  const refusal = (why: string): UserError => new UserError(`NVM file ${path}: ${why}`, 2);
  if (path === "") throw refusal("its name is empty");
  const file = readJsonFile(path, longest);
  if (file.kind === "absent") {
    const why = whyNotMade(path);
    if (why !== undefined) throw refusal(why);
    return factoryNvm;
  }
  const keep = "it is left as it is; remove it, or give another one, to start as from the factory";
  if (file.kind === "problem") throw refusal(`${file.why}; ${keep}`);
  const read = nvmFrom(file.json);
  if ("problem" in read) throw refusal(`${read.problem}; ${keep}`);
  return read.nvm;
}

/** Better said now than when there is something to lose. */
function whyNotMade(path: string): string | undefined {
  const place = dirname(resolve(path));
  try {
    if (!statSync(place).isDirectory()) return `${place} is not a directory`;
    accessSync(place, constants.W_OK | constants.X_OK);
    return path.endsWith("/") ? "it is not a file" : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `it cannot be made: ${whyOf(code, message)}`;
  }
}

class NvmFile implements NvmStore {
  readonly nvm: Nvm;
  readonly #path: string;
  readonly #warn: (line: string) => void;
  #next: Nvm | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string, nvm: Nvm, warn: (line: string) => void) {
    this.#path = path;
    this.nvm = nvm;
    this.#warn = warn;
  }

  save(nvm: Nvm): void {
    this.#next = nvm;
    this.#writing ??= this.#writeAll();
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  /** One after the other: an older image must not come last. */
  async #writeAll(): Promise<void> {
    for (let nvm = this.#next; nvm !== undefined; nvm = this.#next) {
      this.#next = undefined;
      try {
        await replaceFile(this.#path, `${JSON.stringify(nvmImage(nvm), undefined, 2)}\n`);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        this.#warn(`nvm! ${this.#path} could not be written: ${whyOf(code, message)}`);
      }
    }
    this.#writing = undefined;
  }
}

/** Puts a new file in the place of an old one, in one step: whoever reads it, and whenever we die, it is whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  const target = await targetOf(path);
  const beside = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}.tmp`);
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => undefined,
  );
  try {
    const file = await open(beside, "wx");
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Where a path leads, also by a symlink whose target is yet to be made. */
async function targetOf(path: string, links = 0): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSymbolicLink()) return join(await realpath(dirname(path)), basename(path));
  if (links > 40) throw new Error("too many symlinks");
  return targetOf(resolve(await realpath(dirname(path)), await readlink(path)), links + 1);
}

/** So that the new name outlives a power failure; not every file system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
