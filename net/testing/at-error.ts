import { maskLine, withSecrets } from "../../at/mask.js";
import { fromText } from "../../at/octets.js";
import { commandNamed, commands } from "../../emulator/commands/index.js";

const secretive = withSecrets(commands);

/** A command line as a message may show it. */
export const masked = (line: string): string =>
  maskLine(fromText(line), secretive, (name) => commandNamed(name) !== undefined);

/** A command that was not answered with OK. */
export class AtError extends Error {
  override readonly name = "AtError";
  /** The command line, secrets masked. */
  readonly command: string;
  /** The final result: `ERROR` or `+CME ERROR: 50`. */
  readonly result: string;
  /** What was said before it. */
  readonly lines: readonly string[];

  constructor(command: string, result: string, lines: readonly string[]) {
    super(`${masked(command)} was answered ${result}`);
    this.command = masked(command);
    this.result = result;
    this.lines = lines;
  }
}
