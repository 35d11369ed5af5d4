import { bytesOf, textOf } from "./escapes.js";

/** A token of a packet's notation: bare, or a text in quotes. */
type Token = { readonly bare: string } | { readonly quoted: Buffer };

/** Splits a notation at blanks outside quotes. */
export function tokensOf(text: string): Token[] {
  return (text.match(/"[^"]*"|\S+/g) ?? []).map((token) =>
    token.startsWith('"') ? { quoted: bytesOf(token.slice(1, -1)) } : { bare: token },
  );
}

/** Bytes as a text in quotes; `tokensOf` reads it back. */
export const quote = (bytes: Buffer): string => `"${textOf(bytes).replaceAll('"', "<22>")}"`;

/** Reads the tokens of a notation from left to right. Throws a SyntaxError where the expected token is missing. */
export class NotationReader {
  readonly #tokens: Token[];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get hasMore(): boolean {
    return this.#tokens.length > 0;
  }

  /** Takes a bare token if it is the next one; returns whether it was. */
  take(name: string): boolean {
    const next = this.#tokens[0];
    if (next === undefined || !("bare" in next) || next.bare !== name) return false;
    this.#tokens.shift();
    return true;
  }

  nextIsNumber(): boolean {
    const next = this.#tokens[0];
    return next !== undefined && "bare" in next && /^\d+$/.test(next.bare);
  }

  bare(): string {
    const next = this.#tokens.shift();
    if (next === undefined || !("bare" in next)) throw new SyntaxError(`a word is missing in: ${this.#text}`);
    return next.bare;
  }

  number(): number {
    const token = this.bare();
    if (!/^\d+$/.test(token)) throw new SyntaxError(`"${token}" is no number in: ${this.#text}`);
    return Number(token);
  }

  quoted(): Buffer {
    const next = this.#tokens.shift();
    if (next === undefined || !("quoted" in next)) throw new SyntaxError(`a quoted text is missing in: ${this.#text}`);
    return next.quoted;
  }
}
