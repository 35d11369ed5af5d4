import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, renameSync, rmSync, type Stats, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { UserError } from "../../user-error.js";

/** The longest path of a socket, in bytes: Linux, unix(7), sun_path without its NUL. The system cuts off the rest. */
const maxPathBytes = 107;

/**
 * The file of a Unix socket. The socket is made at a temporary path beside its own and then renamed: at its own path it
 * never has wider permissions, and the file of a dead process is replaced in one step.
 */
export class SocketFile {
  readonly #path: string;
  /** Where the socket is to be made first. */
  readonly temporaryPath: string;
  /** The file that was put in place. */
  #ours: Stats | undefined;
  readonly #remove = (): void => this.remove();

  /** The file at this path. @throws UserError if a socket cannot be made there. */
  static async at(path: string): Promise<SocketFile> {
    const file = new SocketFile(path);
    const refusal = await refusalOf(path, file.temporaryPath);
    if (refusal !== undefined) throw new UserError(`the socket ${path}: ${refusal}`);
    return file;
  }

  private constructor(path: string) {
    this.#path = path;
    this.temporaryPath = `${path}.${randomBytes(3).toString("hex")}`;
  }

  /** Moves the socket to its own path, with permissions for this user only. It is removed when the process exits. */
  putInPlace(): void {
    chmodSync(this.temporaryPath, 0o600);
    renameSync(this.temporaryPath, this.#path);
    this.#ours = lstatSync(this.#path);
    process.once("exit", this.#remove);
  }

  /** Removes the file, unless another one has replaced it. */
  remove(): void {
    process.off("exit", this.#remove);
    const found = lstatSync(this.#path, { throwIfNoEntry: false });
    if (found?.ino === this.#ours?.ino && found?.dev === this.#ours?.dev) rmSync(this.#path, { force: true });
  }

  /** The error for the user where the system refused to make the socket. */
  makeError({ code, message }: NodeJS.ErrnoException): UserError {
    const why = code === "EACCES" || code === "EROFS" ? `${dirname(this.#path)} is not writable` : message;
    return new UserError(`the socket ${this.#path} cannot be made: ${why}; choose another path`);
  }
}

async function refusalOf(path: string, temporaryPath: string): Promise<string | undefined> {
  const tooLong = Buffer.byteLength(temporaryPath) - maxPathBytes;
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

/** Whether nothing listens at a socket's file: its process is dead. */
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
