import type { CmeError } from "./errors.js";
import { cmeErrors } from "./errors.js";
import type { Octets } from "./octets.js";

/** The final result of a command line: a basic result code, or an error by name or by number. Any number is possible. */
export type FinalResult = "OK" | "ERROR" | CmeError | number;

/** The settings that decide the form of a response: ATV (V.250 6.2.6) and AT+CMEE. */
export interface ResponseFormat {
  readonly verbose: boolean;
  readonly cmee: 0 | 1 | 2;
}

/** The payload prompt, without CR and LF. */
export const prompt = ">";

const framed = (line: Octets): Octets => `\r\n${line}\r\n`;

/** Formats the information lines of one command as one block (AT manual). */
export function information(lines: readonly Octets[], format: ResponseFormat): Octets {
  if (lines.length === 0) return "";
  const block = `${lines.join("\r\n")}\r\n`;
  return format.verbose ? `\r\n${block}` : block; // V.250 6.2.6
}

/** Formats a final result in words, without CR and LF. */
export function finalText(result: FinalResult, format: ResponseFormat): Octets {
  if (result === "OK" || result === "ERROR") return result;
  const [number, words] = typeof result === "number" ? errorOf(result) : cmeErrors[result];
  return format.cmee === 0 ? "ERROR" : `+CME ERROR: ${format.cmee === 2 ? words : number}`;
}

/** Finds an error by its number. An error that is not in the table has its number in place of words. */
const errorOf = (number: number): readonly [number: number, words: string] =>
  Object.values(cmeErrors).find(([known]) => known === number) ?? [number, `${number}`];

/** Formats a final result. With ATV0, OK and ERROR are numbers; `+CME ERROR` stays, because it has none. */
export function finalResult(result: FinalResult, format: ResponseFormat): Octets {
  const words = finalText(result, format);
  if (format.verbose || words.startsWith("+")) return framed(words);
  return words === "OK" ? "0\r" : "4\r";
}

/** Formats a URC. */
export const unsolicited = framed;
