import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, renameSync, rmSync, type Stats, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { UserError } from "../../user-error.js";

/** The system's limit, in bytes; a longer path would be cut off. */
const longest = 107;

/**
 * The file of a Unix socket. The socket is made beside its place and then put there: it is never seen with the rights of
 * others, and the file of a dead process is replaced in one step.
 */
export class SocketFile {
  readonly #path: string;
  /** Where the socket is to be made. */
  readonly beside: string;
  #ours: Stats | undefined;
  readonly #remove = (): void => this.remove();

  /** @throws UserError if the path is not to be had. */
  static async at(path: string): Promise<SocketFile> {
    const file = new SocketFile(path);
    const refusal = await whyNot(path, file.beside);
    if (refusal !== undefined) throw new UserError(`the socket ${path}: ${refusal}`);
    return file;
  }

  private constructor(path: string) {
    this.#path = path;
    this.beside = `${path}.${randomBytes(3).toString("hex")}`;
  }

  /** Puts the socket in its place, for this user only. */
  putInPlace(): void {
    chmodSync(this.beside, 0o600);
    renameSync(this.beside, this.#path);
    this.#ours = lstatSync(this.#path);
    process.once("exit", this.#remove);
  }

  /** Takes the file away if it still is ours. */
  remove(): void {
    process.off("exit", this.#remove);
    const found = lstatSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#ours?.ino && found?.dev === this.#ours?.dev) rmSync(this.#path, { force: true });
  }

  /** What is told where the system refused to make it. */
  cannot({ code, message }: NodeJS.ErrnoException): UserError {
    const why = code === "EACCES" || code === "EROFS" ? `${dirname(this.#path)} is not writable` : message;
    return new UserError(`the socket ${this.#path} cannot be made: ${why}; choose another path`);
  }
}

async function whyNot(path: string, beside: string): Promise<string | undefined> {
  const tooLong = Buffer.byteLength(beside) - longest;
  if (tooLong > 0) return `the path is ${tooLong} bytes too long for a socket`;
  try {
    if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
      return `there is no directory ${dirname(path)}`;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isSocket()) return "this path exists and is not a socket";
    return (await isStale(path)) ? undefined : "some program is using it; choose another path";
  } catch (error) {
    return `it cannot be looked at: ${(error as Error).message}`;
  }
}

/** Nobody listens there any more: its process is dead. */
function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED" || code === "ENOENT"));
  });
}
