import { resolve } from "node:path";
import { factoryNvm, type Nvm } from "../../emulator/memory/nvm.js";
import { nvmFrom, nvmImage } from "../../emulator/memory/nvm-image.js";
import { UserError } from "../user-error.js";
import { replaceFile, whyNotMade } from "./replaced-file.js";
import { readJsonFile, whyOf } from "./text-file.js";

/** Keeps the non-volatile memory from run to run. */
export interface NvmStore {
  /** The memory as the last run has left it. */
  readonly nvm: Nvm;
  /** Stores a new state soon; of several in quick succession only the last one is written. Never throws. */
  save(nvm: Nvm): void;
  /** Resolves when everything that was saved is stored, or could not be stored. */
  flush(): Promise<void>;
}

/** The longest image that is read, in bytes. */
const maxBytes = 65_536;

/**
 * Keeps the memory in a file. If it does not exist the memory starts as from the factory, and the first change makes the
 * file. Modems that share a file do not notice each other: the last one to store wins.
 * @param warn called with a line of text when the memory could not be stored; the modem goes on
 * @throws UserError (code 2) that names the file and what is wrong with it; the file stays as it is
 */
export function openNvmFile(path: string, warn: (line: string) => void = () => {}): NvmStore {
  return new NvmFile(resolve(path), readNvm(path), warn);
}

function readNvm(path: string): Nvm {
  const refusal = (why: string): UserError => new UserError(`NVM file ${path}: ${why}`, 2);
  if (path === "") throw refusal("its name is empty");
  const file = readJsonFile(path, maxBytes);
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

class NvmFile implements NvmStore {
  readonly nvm: Nvm;
  readonly #path: string;
  readonly #warn: (line: string) => void;
  /** What is to be written next. */
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

  /** Writes one after the other, so that an older image never replaces a newer one. */
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
