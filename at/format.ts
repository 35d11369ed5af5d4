import type { CmeError } from "./errors.js";
import { cmeErrors } from "./errors.js";
import type { Octets } from "./octets.js";

/** What ends a command line: a basic result code, or an error by its name or by a number that may be none of the module's. */
export type FinalResult = "OK" | "ERROR" | CmeError | number;

/** How answers are dressed: V.250 6.2.6 (V), and AT+CMEE. */
export interface Dress {
  readonly verbose: boolean;
  readonly cmee: 0 | 1 | 2;
}

/** The payload prompt, without its frame. */
export const prompt = ">";

const framed = (line: Octets): Octets => `\r\n${line}\r\n`;

/** Information lines of one command: one block (AT manual). */
export function information(lines: readonly Octets[], dress: Dress): Octets {
  if (lines.length === 0) return "";
  const block = `${lines.join("\r\n")}\r\n`;
  return dress.verbose ? `\r\n${block}` : block; // V.250 6.2.6
}

/** The words of a final result, without frame. */
export function finalWords(result: FinalResult, dress: Dress): Octets {
  if (result === "OK" || result === "ERROR") return result;
  const [number, words] = typeof result === "number" ? errorOf(result) : cmeErrors[result];
  return dress.cmee === 0 ? "ERROR" : `+CME ERROR: ${dress.cmee === 2 ? words : number}`;
}

/** An error by its number. One that the module never has is told by its number alone. */
const errorOf = (number: number): readonly [number: number, words: string] =>
  Object.values(cmeErrors).find(([known]) => known === number) ?? [number, `${number}`];

/** A final result as it goes out. With ATV0 the basic ones are numbers; `+CME ERROR` has none and stays. */
export function finalResult(result: FinalResult, dress: Dress): Octets {
  const words = finalWords(result, dress);
  if (dress.verbose || words.startsWith("+")) return framed(words);
  return words === "OK" ? "0\r" : "4\r";
}

/** An unsolicited line as it goes out. */
export const unsolicited = framed;
