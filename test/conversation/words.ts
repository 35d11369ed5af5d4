import { bytesOf, textOf } from "./escapes.js";

/** A word of a packet's notation: bare, or a text in quotes. */
type Word = { readonly bare: string } | { readonly quoted: Buffer };

/** Splits a notation at blanks, but not inside quotes. */
export function wordsOf(text: string): Word[] {
  return (text.match(/"[^"]*"|\S+/g) ?? []).map((word) =>
    word.startsWith('"') ? { quoted: bytesOf(word.slice(1, -1)) } : { bare: word },
  );
}

/** A text in quotes, as `wordsOf` reads it. */
export const quote = (bytes: Buffer): string => `"${textOf(bytes).replaceAll('"', "<22>")}"`;

/** Reads words from left to right; what is not there is a mistake of the conversation. */
export class Words {
  readonly #words: Word[];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#words = wordsOf(text);
  }

  get more(): boolean {
    return this.#words.length > 0;
  }

  /** Takes a bare word if it comes next. */
  has(word: string): boolean {
    const next = this.#words[0];
    if (next === undefined || !("bare" in next) || next.bare !== word) return false;
    this.#words.shift();
    return true;
  }

  nextIsNumber(): boolean {
    const next = this.#words[0];
    return next !== undefined && "bare" in next && /^\d+$/.test(next.bare);
  }

  bare(): string {
    const next = this.#words.shift();
    if (next === undefined || !("bare" in next)) throw new SyntaxError(`a word is missing in: ${this.#text}`);
    return next.bare;
  }

  number(): number {
    const word = this.bare();
    if (!/^\d+$/.test(word)) throw new SyntaxError(`"${word}" is no number in: ${this.#text}`);
    return Number(word);
  }

  quoted(): Buffer {
    const next = this.#words.shift();
    if (next === undefined || !("quoted" in next)) throw new SyntaxError(`a quoted text is missing in: ${this.#text}`);
    return next.quoted;
  }
}
