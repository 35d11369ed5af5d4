import { lstatSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../../user-error.js";

const pseudoTerminal = /^\/dev\/(pts\/|ttys)\d+$/;

/** A symlink with a name that stays, pointing at a pseudo-terminal whose name does not. */
export class Symlink {
  readonly #link: string;
  #target: string | undefined;
  readonly #remove = (): void => this.remove();

  /**
   * Looks whether the name may be had; touches nothing yet. To be asked before the terminal is opened: that might get the
   * very number which a stale link still names.
   * @throws UserError if the name belongs to something else.
   */
  constructor(link: string) {
    const refusal = whyNot(link);
    if (refusal !== undefined) throw new UserError(refusal);
    this.#link = resolve(link);
  }

  /** Points the link at `target`, in one step: whoever opens it meets the old one or the new one. */
  point(target: string): void {
    const beside = `${this.#link}.${crypto.randomUUID()}`;
    try {
      symlinkSync(target, beside);
      renameSync(beside, this.#link);
    } catch (error) {
      rmSync(beside, { force: true });
      throw new UserError(
        `the link ${this.#link} cannot be made: ${whyMade(error as NodeJS.ErrnoException, this.#link)}`,
      );
    }
    if (this.#target === undefined) process.once("exit", this.#remove);
    this.#target = target;
  }

  /** Follows the terminal to a new path, unless somebody has put something else in the link's place. */
  follow(target: string): void {
    try {
      if (this.#isOurs() || lstatSync(this.#link, { throwIfNoEntry: false }) === undefined) this.point(target);
    } catch {} // the directory is gone; the new path is told in any case
  }

  /** Takes the link away if it still is ours. */
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

const whyMade = ({ code, message }: NodeJS.ErrnoException, link: string): string =>
  code === "EACCES" || code === "EROFS" ? `${dirname(link)} is not writable; choose another directory` : message;

/**
 * The kernel takes /dev/pts/N away with its master, so a link that leads nowhere is stale. One that a killed process left
 * behind may lead somewhere again, because the numbers are used anew: that cannot be told from one in use.
 */
function whyNot(link: string): string | undefined {
  const place = dirname(resolve(link));
  try {
    if (!statSync(place, { throwIfNoEntry: false })?.isDirectory())
      return `the link ${link}: there is no directory ${place}`;
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
