import type { Command, Form } from "./command.js";
import type { Octets } from "./octets.js";
import { secretTokens } from "./params.js";
import { type ParsedCommand, parseLine, type Token } from "./parse.js";

type AnyCommand = Command<never, unknown, unknown>;
type Known = (name: string) => boolean;
type AnyForm = Pick<Form<never, unknown, unknown>, "shape" | "fits">;

/** The replacement of a secret. */
const maskText = "***";

/** The commands with a secret parameter. */
export const withSecrets = <C extends AnyCommand>(commands: readonly C[]): readonly C[] =>
  commands.filter((command) => formsOf(command).some(hasSecret));

/**
 * The pattern of names, without their `+`, that are called as commands: `npin` in `unpinned` is not. In a damaged line the `+`
 * before a name, or the `=` behind it, may be missing.
 */
export function calledName(names: readonly string[]): string {
  const name = `(?:${names.join("|") || "(?!)"})`;
  return `(?<=\\+)${name}|${name}(?= *=)`;
}

/** Masks secrets in complete lines and payloads, for the trace. */
export class SecretMask {
  /** The commands with a secret parameter. */
  readonly #commands: readonly AnyCommand[];
  /** Their names, called as commands. */
  readonly #names: RegExp;
  readonly #isKnown: Known;

  /** `isKnown`: whether a name is that of a command. Left out: each one is. */
  constructor(commands: readonly AnyCommand[], isKnown: Known = () => true) {
    this.#commands = withSecrets(commands);
    const names = this.#commands.flatMap((command) => command.names).map((name) => name.slice(1));
    this.#names = new RegExp(calledName(names), "gi");
    this.#isKnown = isKnown;
  }

  /**
   * Masks the secrets in a command line. If it is unclear which parameters are secret, everything behind the first name of a
   * command with secrets is masked. An unknown name may be a mistyped command with secrets. A line that cannot be parsed, or
   * that holds two lines, may have lost such a name. Then everything that may be a parameter is masked.
   */
  line(line: Octets): Octets {
    const named = endsOf(this.#names, line);
    const parsed = parseLine(line) ?? [unreadable];
    const doubts = parsed.some(({ kind }) => kind === "unreadable")
      ? parametersIn(line)
      : [...unknownCommandsIn(parsed, this.#isKnown), ...joinedLinesIn(parsed, line)];
    if (doubts.length > 0) return cutAt(line, Math.min(...doubts, ...named));
    if (named.length === 0) return line;
    const spans = parsed.map((command) => secretSpans(command, this.#commands));
    const understood = named.every((end) => parsed.some((it) => isInName(it, end)));
    return understood && !spans.includes(undefined) ? maskTokens(line, spans.flat()) : cutAt(line, Math.min(...named));
  }

  /** Masks a payload. A host that missed the prompt may send commands as payload. */
  payload(payload: Octets): Octets {
    const named = [...endsOf(this.#names, payload), ...endsOf(commandStart, payload)];
    return named.length === 0 ? payload : cutAt(payload, Math.min(...named));
  }
}

/** Whether a name that ends at `end` is the name of this command, or a part of it: +NPIN is in +NPING, which has no secret. */
const isInName = (parsed: ParsedCommand, end: number): boolean =>
  parsed.kind === "extended" && end > parsed.nameEnd - parsed.name.length && end <= parsed.nameEnd;

const unreadable: ParsedCommand = { kind: "unreadable" };

const commandStart = /AT\+/gi;

/** Where each match of a pattern ends. */
function endsOf(pattern: RegExp, text: Octets): readonly number[] {
  if (text.search(pattern) < 0) return none; // in most texts there is none, and matchAll is slow
  return [...text.matchAll(pattern)].map(({ index, 0: { length } }) => index + length);
}

const none: readonly number[] = [];

/** Where the parameters of unknown commands begin. */
const unknownCommandsIn = (parsed: readonly ParsedCommand[], isKnown: Known): readonly number[] =>
  parsed.flatMap((it) => (it.kind === "extended" && !isKnown(it.name) ? (it.tokens[0]?.start ?? []) : []));

/**
 * Where two lines may have become one because a line end was lost. The sign of it is an `=` or `AT+` in a parameter that is
 * not one whole quoted string.
 */
const joinedLinesIn = (parsed: readonly ParsedCommand[], line: Octets): readonly number[] =>
  parsed
    .flatMap((it) => (it.kind === "extended" ? it.tokens : []))
    .filter(({ kind, text }) => kind !== "quoted" || text.includes('"'))
    .flatMap(({ text, start, end }) => {
      if (text.includes("=")) return [line.indexOf("=", start) + 1];
      return endsOf(commandStart, line.slice(start, end)).map((at) => start + at);
    });

/** Where the first possible parameter begins in a line that cannot be parsed. */
const parametersIn = (line: Octets): readonly number[] =>
  [...line.matchAll(/[=",]/g)].slice(0, 1).map(({ index }) => index + 1);

const formsOf = ({ write }: AnyCommand): readonly AnyForm[] =>
  write === undefined ? [] : "keys" in write ? Object.values(write.keys) : [write];

const hasSecret = ({ shape }: AnyForm): boolean => Object.values(shape).some((param) => param.secret);

/** The secret tokens of one command; undefined: it is unclear which they are. */
function secretSpans(parsed: ParsedCommand, secretCommands: readonly AnyCommand[]): readonly Token[] | undefined {
  if (parsed.kind === "unreadable") return undefined;
  if (parsed.kind === "basic" || parsed.form !== "write") return [];
  const command = secretCommands.find(({ names }) => names.some((name) => name === parsed.name));
  if (command?.write === undefined) return [];
  if (!("keys" in command.write)) return secretsOf(command.write, parsed.tokens);
  const { keys } = command.write;
  const key = parsed.tokens[0]?.text.toLowerCase() ?? "";
  const chosen = Object.hasOwn(keys, key) ? keys[key] : undefined;
  return chosen && secretsOf(chosen, parsed.tokens.slice(1));
}

/** The secret tokens of a form; undefined: a string without quotes, or with a quote inside, may have shifted the secret. */
function secretsOf(form: AnyForm, tokens: readonly Token[]): readonly Token[] | undefined {
  const strings = Object.values(form.shape).map(({ range }) => range.startsWith('"'));
  const isDoubtful = ({ kind, text }: Token, at: number): boolean =>
    text.includes('"') || (kind === "bare" && strings[at] !== false);
  if (hasSecret(form) && tokens.some(isDoubtful)) return undefined;
  return form.fits(tokens) ? secretTokens(form.shape, tokens) : undefined;
}

const cutAt = (line: Octets, end: number): Octets => `${line.slice(0, end)}${maskText}`;

function maskTokens(line: Octets, tokens: readonly (Token | undefined)[]): Octets {
  let shown = "";
  let from = 0;
  for (const token of tokens) {
    if (token === undefined) continue;
    shown += `${line.slice(from, token.start)}${token.kind === "quoted" ? `"${maskText}"` : maskText}`;
    from = token.end;
  }
  return shown + line.slice(from);
}
