import type { Octets } from "./octets.js";

/** One parameter of a command, as it was written. `start` and `end` are its place in the line. */
export interface Token {
  /** `malformed`: a quote that never ends, or a text without quotes that holds a space or a quote. */
  readonly kind: "empty" | "bare" | "quoted" | "malformed";
  readonly text: Octets;
  readonly start: number;
  readonly end: number;
}

/** The four forms of an extended command (note 3.1). */
export type FormName = "test" | "read" | "write" | "exec";

/** One command of a line. */
export type ParsedCommand =
  /** For instance `E0`, `&F`, `S3=13`, `S3?`. */
  | { readonly kind: "basic"; readonly name: string; readonly value: number | "?" | undefined }
  | {
      readonly kind: "extended";
      /** In upper case, with its `+`. */
      readonly name: string;
      readonly form: FormName;
      readonly tokens: readonly Token[];
      /** Where the name ends in the line. */
      readonly nameEnd: number;
      readonly end: number;
    }
  | { readonly kind: "unreadable" };

const prefix = /[ ]*at/iy;
const basic = /[ ]*(?:[sS](\d{1,3})[ ]*(?:=[ ]*(\d{1,3})|(\?))|(&?[a-zA-Z])[ ]*(\d{0,3}))[ ]*/y;
const extendedName = /\+[a-zA-Z][a-zA-Z0-9_]*/y;

/**
 * Parses a command line: its commands in order (V.250 5.4), or undefined where the line does not begin with AT.
 * A part that cannot be parsed becomes one `unreadable` command, the last of the list. The commands before it still run.
 */
export function parseLine(line: Octets): readonly ParsedCommand[] | undefined {
  const start = match(prefix, line, 0);
  if (start === undefined) return undefined;
  const commands: ParsedCommand[] = [];
  let at = skip(line, prefix.lastIndex);
  while (at < line.length) {
    const [command, end] = readExtended(line, at) ?? readBasic(line, at) ?? [unreadable, line.length];
    commands.push(command);
    at = end;
  }
  return commands;
}

const unreadable: ParsedCommand = { kind: "unreadable" };

type Read = readonly [command: ParsedCommand, end: number];

function match(pattern: RegExp, line: Octets, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line) ?? undefined;
}

function skip(line: Octets, from: number): number {
  let at = from;
  while (line[at] === " ") at += 1;
  return at;
}

/** Reads a basic command. The next one follows without a separator (V.250 5.4.1), or after a `;`. */
function readBasic(line: Octets, at: number): Read | undefined {
  const found = match(basic, line, at);
  if (found === undefined) return undefined;
  const [, register, set, query, letter, digits] = found;
  const end = line[basic.lastIndex] === ";" ? basic.lastIndex + 1 : basic.lastIndex;
  if (register !== undefined) {
    return [{ kind: "basic", name: `S${Number(register)}`, value: query === "?" ? "?" : Number(set) }, end];
  }
  const value = digits === "" || digits === undefined ? undefined : Number(digits);
  return [{ kind: "basic", name: (letter ?? "").toUpperCase(), value }, end];
}

/** Reads an extended command. It ends at the next `;` outside quotes (V.250 5.4.2). */
function readExtended(line: Octets, at: number): Read | undefined {
  const start = skip(line, at);
  extendedName.lastIndex = start;
  if (!extendedName.test(line)) return undefined;
  const nameEnd = extendedName.lastIndex;
  const name = line.slice(start, nameEnd).toUpperCase();
  const signAt = skip(line, nameEnd);
  const sign = line[signAt];
  const after = skip(line, signAt + 1);
  if (sign === undefined || sign === ";") return closed(line, signAt, name, "exec", nameEnd);
  if (sign === "?") return closed(line, after, name, "read", nameEnd);
  if (sign !== "=") return undefined;
  const test = line[after] === "?" ? closed(line, skip(line, after + 1), name, "test", nameEnd) : undefined;
  if (test !== undefined) return test;
  const [tokens, end] = readTokens(line, after);
  const next = line[end] === ";" ? end + 1 : end;
  return [{ kind: "extended", name, form: "write", tokens, nameEnd, end }, next];
}

/** A form without parameters; undefined where neither a `;` nor the end of the line follows. */
function closed(line: Octets, end: number, name: string, form: FormName, nameEnd: number): Read | undefined {
  if (end < line.length && line[end] !== ";") return undefined;
  return [{ kind: "extended", name, form, tokens: [], nameEnd, end }, end + 1];
}

function readTokens(line: Octets, from: number): readonly [tokens: readonly Token[], end: number] {
  const tokens: Token[] = [];
  for (let at = from; ; at += 1) {
    const token = readToken(line, skip(line, at));
    tokens.push(token);
    at = skip(line, token.end);
    if (line[at] !== ",") return [tokens, at];
  }
}

function readToken(line: Octets, start: number): Token {
  if (line[start] === '"') return readQuoted(line, start);
  let end = start;
  while (end < line.length && line[end] !== "," && line[end] !== ";") end += 1;
  const text = line.slice(start, end).trimEnd();
  const kind = text === "" ? "empty" : /[ "]/.test(text) ? "malformed" : "bare";
  return { kind, text, start, end: start + text.length };
}

/** Reads a quoted string. It ends at a quote that `,`, `;` or the end of the line follows; other quotes are part of it. */
function readQuoted(line: Octets, start: number): Token {
  for (let end = line.indexOf('"', start + 1); end >= 0; end = line.indexOf('"', end + 1)) {
    const next = line[skip(line, end + 1)];
    if (next === undefined || next === "," || next === ";") {
      return { kind: "quoted", text: line.slice(start + 1, end), start, end: end + 1 };
    }
  }
  return { kind: "malformed", text: line.slice(start), start, end: line.length };
}
