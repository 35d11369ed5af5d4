import { lstatSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../../user-error.js";

/** The path of a pseudo-terminal, on Linux or macOS. */
const pseudoTerminal = /^\/dev\/(pts\/|ttys)\d+$/;

/** A symlink to a pseudo-terminal: its path stays the same, that of the terminal does not. */
export class Symlink {
  readonly #link: string;
  #target: string | undefined;
  readonly #remove = (): void => this.remove();

  /**
   * Checks whether the link can be made, and changes nothing. To be called before the terminal is opened: a new terminal
   * may get the number that a stale link still names.
   * @throws UserError if something else has the path, or its directory does not exist.
   */
  constructor(link: string) {
    const refusal = refusalOf(link);
    if (refusal !== undefined) throw new UserError(refusal);
    this.#link = resolve(link);
  }

  /** Points the link at `target`, atomically. It is removed when the process exits. Throws a UserError if it cannot be made. */
  point(target: string): void {
    const temporary = `${this.#link}.${crypto.randomUUID()}`;
    try {
      symlinkSync(target, temporary);
      renameSync(temporary, this.#link);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new UserError(
        `the link ${this.#link} cannot be made: ${reasonOf(error as NodeJS.ErrnoException, this.#link)}`,
      );
    }
    if (this.#target === undefined) process.once("exit", this.#remove);
    this.#target = target;
  }

  /** Points the link at a new path of the terminal, unless something else has replaced the link. */
  follow(target: string): void {
    try {
      if (this.#isOurs() || lstatSync(this.#link, { throwIfNoEntry: false }) === undefined) this.point(target);
    } catch {} // the directory is gone; the new path is reported in any case
  }

  /** Removes the link, unless something else has replaced it. */
  remove(): void {
    process.off("exit", this.#remove);
    if (this.#isOurs()) rmSync(this.#link, { force: true });
    this.#target = undefined;
  }

  #isOurs(): boolean {
    try {
      return readlinkSync(this.#link) === this.#target;
    } catch {
      return false;
    }
  }
}

const reasonOf = ({ code, message }: NodeJS.ErrnoException, link: string): string =>
  code === "EACCES" || code === "EROFS"
    ? `${dirname(link)} is not writable; choose another directory`
    : code === "EPERM"
      ? "one that is left there belongs to another user; remove it, or choose another path"
      : message;

/**
 * Why the link cannot be made at this path; undefined: it can. The kernel removes /dev/pts/N together with its master, so
 * a link to nothing is stale and may be replaced. A stale link may lead to a terminal again, because numbers are reused:
 * that one is not distinguishable from a link in use.
 */
function refusalOf(link: string): string | undefined {
  const directory = dirname(resolve(link));
  try {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
      return `the link ${link}: there is no directory ${directory}`;
    const found = lstatSync(link, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isSymbolicLink()) return `the link ${link}: this path exists and is not a symlink`;
    if (statSync(link, { throwIfNoEntry: false }) === undefined) return undefined;
    const target = realpathSync(link);
    return pseudoTerminal.test(target)
      ? `the link ${link} points at ${target}, which some program is using; if it is no bc28-emu, remove the link: rm ${link}`
      : `the link ${link} points at ${target}, which is not a pseudo-terminal`;
  } catch (error) {
    return `the link ${link} cannot be looked at: ${(error as Error).message}`;
  }
}
