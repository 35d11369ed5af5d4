import { fromText, type Octets, toText } from "../../../at/octets.js";

/** A word of a sentence, or a string in quotes. */
export interface Token {
  /** As it is written. */
  readonly raw: string;
  /** The octets that it stands for: without its quotes, its escapes resolved. */
  readonly octets: Octets;
  readonly quoted: boolean;
}

/** The words of a text, or why it cannot be cut into words, for people. */
export type Tokens = { readonly tokens: readonly Token[] } | Problem;
interface Problem {
  readonly problem: string;
}

/** The most characters of a sentence. decided */
const maxTextLength = 1000;
/** The most characters of a word that a problem shows. */
const maxShownLength = 40;

/** What the letters behind a backslash stand for; `\xHH` is any octet. */
const escapes: Readonly<Record<string, Octets>> = { r: "\r", n: "\n", '"': '"', "\\": "\\" };

/** A word; quotes inside keep their blanks together: `AT+QMTOPEN=0,"my host",1883`. */
const bareWord = /^(?:[^\s"]|"[^"]*")+/;
const quotedString = /^"((?:[^"\\]|\\.)*)"/s;

/** Cuts a text at its blanks. */
export function tokensOf(text: string): Tokens {
  if (text.length > maxTextLength)
    return { problem: `the sentence has ${text.length} characters, and may have ${maxTextLength}` };
  const tokens: Token[] = [];
  for (let rest = text.trimStart(); rest !== ""; rest = rest.trimStart()) {
    const token = rest.startsWith('"') ? quoted(rest) : bare(rest);
    if ("problem" in token) return token;
    const found = /[\0-\x1f\x7f]/.exec(token.raw)?.[0];
    if (found !== undefined)
      return { problem: `${shortened(token.raw)} holds a control character; in quotes write ${hex(found)}` };
    tokens.push(token);
    rest = rest.slice(token.raw.length);
  }
  return { tokens };
}

function bare(rest: string): Token | Problem {
  const raw = bareWord.exec(rest)?.[0] ?? "";
  if (rest[raw.length] === '"') return { problem: `the quotes in ${shortened(rest)} do not end` };
  return { raw, octets: fromText(raw), quoted: false };
}

function quoted(rest: string): Token | Problem {
  const [raw, inner] = quotedString.exec(rest) ?? [];
  if (raw === undefined || inner === undefined) {
    return { problem: `the quotes in ${shortened(rest)} do not end` };
  }
  if (/^[^\s:]/.test(rest.slice(raw.length))) return { problem: `a blank is missing behind ${shortened(raw)}` };
  const parts = inner.match(/\\x[0-9a-f]{2}|\\.|[^\\]+/gis) ?? [];
  const wrong = parts.find((part) => part.startsWith("\\") && octetsOf(part) === undefined);
  if (wrong !== undefined)
    return { problem: `${shortened(wrong)} in ${shortened(raw)} is unknown; there are: \\r \\n \\xHH \\" \\\\` };
  return { raw, octets: parts.map(octetsOf).join(""), quoted: true };
}

function octetsOf(part: string): Octets | undefined {
  if (!part.startsWith("\\")) return fromText(part);
  return part.length === 4 ? String.fromCharCode(Number.parseInt(part.slice(2), 16)) : escapes[part[1] ?? ""];
}

/** Octets as a string in quotes that `tokensOf` reads back. */
export function inQuotes(octets: Octets): string {
  const text = toText(octets);
  const escaped = (text ?? octets).replace(/["\\\0-\x1f\x7f-\xff]/g, (letter) => {
    if (letter === '"' || letter === "\\") return `\\${letter}`;
    if (letter === "\r" || letter === "\n") return letter === "\r" ? "\\r" : "\\n";
    return text !== undefined && letter > "\x7f" ? letter : hex(letter);
  });
  return `"${escaped}"`;
}

/** Octets as a word that `tokensOf` reads back; in quotes where it has to be, or could be taken for the end of an event. */
export const wordOf = (octets: Octets): string =>
  /^(?!")(?:[!#-~]|"[ -!#-~]*")+(?<!:)$/.test(octets) ? octets : inQuotes(octets);

const hex = (letter: string): string => `\\x${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** A word as a problem shows it. */
export const shortened = (text: string): string =>
  onOneLine(text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text);

/** A text without characters that would end a line or move a terminal's cursor. */
export const onOneLine = (text: string): string => text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, hex);
