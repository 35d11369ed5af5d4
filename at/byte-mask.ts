import { calledName } from "./mask.js";
import type { Octets } from "./octets.js";

/** The replacement of each byte of a secret. */
const star = "*";
/** How much of a line is looked back at, in bytes: more than the longest name of a command. */
const maxHead = 40;

/** What a `ByteMask` knows of the commands. */
export interface SecretNames {
  /** The names of the commands with a secret parameter, as they are written: `+QMTCONN`. */
  readonly secret: readonly string[];
  /** Those of them whose answer has its secret without quotes, behind a first number. */
  readonly bare: readonly string[];
  /** The names of the other commands. Some of them begin as one with a secret: `+NPING`. */
  readonly harmless: readonly string[];
  /** Whether a name is that of a command. */
  isKnown(name: string): boolean;
}

/**
 * Hides the secrets in one direction of a serial line, byte for byte: each one becomes a `*`, so that lengths stay true. A
 * line is judged while it arrives, so that more is hidden than in a complete line: all behind the name of a command with
 * secrets, and all behind the `=` of an unknown name, which may be a damaged one. Of an answer of such a command, all from
 * the first quote on is hidden, or from the first comma on where it has no quotes. Where such an answer ends inside a quoted
 * string, another line stands in the middle of it: then all is hidden up to the end of the string, or up to a final result.
 */
export class ByteMask {
  readonly #secretName: RegExp;
  readonly #bareAnswer: RegExp;
  readonly #isKnown: (name: string) => boolean;
  /** The end of the current line so far, and the length of what lies before it. */
  #head: Octets = "";
  #before = 0;
  #isHiding = false;
  /** An answer of a command with secrets has begun, and its final result has not come. */
  #inAnswer = false;
  /** The number of quotes in the hidden line so far. */
  #quotes = 0;

  constructor({ secret, bare, harmless, isKnown }: SecretNames) {
    const names = secret.map((name) => nameOnly(name, harmless));
    this.#secretName = new RegExp(`(?:${calledName(names)})(?=(:?))`, "i");
    this.#bareAnswer = new RegExp(`(?:${bare.map((name) => name.slice(1)).join("|")}): ?\\d*,`, "i");
    this.#isKnown = isKnown;
  }

  /** The octets as they may be shown; as many as were given. */
  mask(octets: Octets): Octets {
    let shown = "";
    for (const part of octets.match(lineParts) ?? []) shown += this.#maskPart(part);
    return shown;
  }

  /** A part of one line; its terminator can only be its last byte. */
  #maskPart(part: Octets): Octets {
    const last = part.at(-1) ?? "";
    const isLineEnd = last === "\r" || last === "\n";
    const body = isLineEnd ? part.slice(0, -1) : part;
    const from = this.#isHiding ? 0 : this.#secretIn(body);
    const shown = from === undefined ? body : body.slice(0, from) + star.repeat(body.length - from);
    const text = this.#head + body;
    if (from !== undefined) this.#quotes += quotesIn(this.#isHiding ? body : text);
    this.#isHiding = from !== undefined;
    const ends = isLineEnd || (!this.#isHiding && (last === ctrlZ || last === esc));
    if (ends && finalResult.test(text)) this.#inAnswer = false;
    if (ends) this.#startLine(this.#isHiding && this.#inAnswer && this.#quotes % 2 === 1);
    else this.#keep(body);
    return isLineEnd ? shown + last : shown;
  }

  /** Where a secret may begin in what continues the line; undefined: nowhere. */
  #secretIn(body: Octets): number | undefined {
    const text = this.#head + body;
    const starts = [this.#behindSecretName(text), this.#behindUnknownName(text), this.#inRest(text)].filter(
      (at) => at !== undefined,
    );
    if (starts.length === 0) return undefined;
    return Math.max(Math.min(...starts) - this.#head.length, 0);
  }

  #behindSecretName(text: Octets): number | undefined {
    const found = this.#secretName.exec(text);
    if (found === null) return undefined;
    const end = found.index + found[0].length;
    if (found[1] === "") return end < text.length ? end : undefined;
    this.#inAnswer = true;
    const bare = this.#bareAnswer.exec(text);
    if (bare !== null) return bare.index + bare[0].length;
    const quote = text.indexOf('"', end);
    return quote < 0 ? undefined : quote + 1;
  }

  /** Where a line that can be the rest of an answer has its first string. */
  #inRest(text: Octets): number | undefined {
    return this.#inAnswer && this.#before === 0 ? /^[\d, ]*"/.exec(text)?.[0].length : undefined;
  }

  #behindUnknownName(text: Octets): number | undefined {
    if (!text.includes("=")) return undefined; // most texts have none, and the search below is slow
    const inWriteForm = this.#before === 0 ? /(?:^.{0,3}\+|^AT|AT\+|;\s*\+)([^=]*)=/gis : /(?:AT|;\s*)\+([^=]*)=/gi;
    for (const { index, 0: all, 1: name = "" } of text.matchAll(inWriteForm))
      if (!this.#isKnown(`+${name.toUpperCase()}`)) return index + all.length;
    return undefined;
  }

  #keep(body: Octets): void {
    const all = this.#head + body;
    this.#head = all.slice(-maxHead);
    this.#before += all.length - this.#head.length;
  }

  /** `goesOn`: it may hold the rest of a secret that began in an earlier line. */
  #startLine(goesOn: boolean): void {
    this.#head = "";
    this.#before = 0;
    this.#isHiding = goesOn;
    if (!goesOn) this.#quotes = 0;
  }
}

/** The pattern of a name that is not the beginning of a longer one. At the end of what has arrived it may be. */
function nameOnly(name: string, others: readonly string[]): string {
  const rests = others.filter((other) => other.startsWith(name)).map((other) => other.slice(name.length));
  return rests.length === 0 ? name.slice(1) : `${name.slice(1)}(?!(?:${rests.join("|")})(?:[=?:;\\s]|$))`;
}

const quotesIn = (octets: Octets): number => octets.split('"').length - 1;
/** A line that ends an answer. */
const finalResult = /^(?:OK|ERROR|\+CM[ES] ERROR: ?\d+)$/;
const ctrlZ = "\x1a";
const esc = "\x1b";
/** Pieces that end with the end of a line or of a payload, and the rest. */
const lineParts = /[^\r\n\x1a\x1b]+[\r\n\x1a\x1b]?|[\r\n\x1a\x1b]/g;
