import type { Command, Form } from "./command.js";
import type { Octets } from "./octets.js";
import { secretTokens } from "./params.js";
import { type ParsedCommand, parseLine, type Token } from "./parse.js";

type AnyCommand = Command<never, unknown, unknown>;
type Known = (name: string) => boolean;
type AnyForm = Pick<Form<never, unknown, unknown>, "shape" | "fits">;

/** What stands in place of a secret. */
const veil = "***";

/** The commands that take a secret in some form. */
export const withSecrets = <C extends AnyCommand>(commands: readonly C[]): readonly C[] =>
  commands.filter((command) => formsOf(command).some(hasSecret));

/**
 * A command line as a trace may show it: what its commands declare secret is veiled. Where it cannot be told what is
 * secret, nothing behind the first name of such a command is shown. A name that is not known may be a slip for one, and a
 * line that cannot be read, or is two, may have lost one: of those nothing is shown that could be a parameter.
 */
export function maskLine(line: Octets, commands: readonly AnyCommand[], isKnown: Known = () => true): Octets {
  const secretive = withSecrets(commands);
  const named = namesIn(line, secretive);
  const parsed = parseLine(line) ?? [unreadable];
  const doubts = parsed.some(({ kind }) => kind === "unreadable")
    ? parametersIn(line)
    : [...slipsIn(parsed, isKnown), ...seamsIn(parsed, line)];
  if (doubts.length > 0) return cutAt(line, Math.min(...doubts, ...named));
  if (named.length === 0) return line;
  const spans = parsed.map((command) => secretSpans(command, secretive));
  const understood = named.every((end) => parsed.some((it) => it.kind === "extended" && it.nameEnd === end));
  return understood && !spans.includes(undefined) ? veilAll(line, spans.flat()) : cutAt(line, Math.min(...named));
}

/** A payload as a trace may show it: a host that does not know that it is in an entry sends commands there, too. */
export function maskPayload(payload: Octets, commands: readonly AnyCommand[]): Octets {
  const named = [...namesIn(payload, withSecrets(commands)), ...endsOf("AT+", payload)];
  return named.length === 0 ? payload : cutAt(payload, Math.min(...named));
}

const unreadable: ParsedCommand = { kind: "unreadable" };

/** Where the names of these commands end in a text; of a torn line, the `+` before one may be missing. */
const namesIn = (text: Octets, commands: readonly AnyCommand[]): readonly number[] =>
  commands.flatMap(({ names }) => names).flatMap((name) => endsOf(name.slice(1), text));

/** Where each occurrence of a word ends, upper case or not. */
const endsOf = (word: string, text: Octets): readonly number[] =>
  [...text.matchAll(new RegExp(word.replace("+", "\\+"), "gi"))].map(({ index }) => index + word.length);

/** Where the parameters begin of commands that there are not. */
const slipsIn = (parsed: readonly ParsedCommand[], isKnown: Known): readonly number[] =>
  parsed.flatMap((it) => (it.kind === "extended" && !isKnown(it.name) ? (it.tokens[0]?.start ?? []) : []));

/**
 * Where two lines may have run into one: in a parameter that is not one whole string, an equals sign, or the `AT+` of a
 * command that has lost its equals sign.
 */
const seamsIn = (parsed: readonly ParsedCommand[], line: Octets): readonly number[] =>
  parsed
    .flatMap((it) => (it.kind === "extended" ? it.tokens : []))
    .filter(({ kind, text }) => kind !== "quoted" || text.includes('"'))
    .flatMap(({ text, start, end }) => {
      if (text.includes("=")) return [line.indexOf("=", start) + 1];
      return endsOf("AT+", line.slice(start, end)).map((at) => start + at);
    });

/** Where something begins in a torn line that could be a parameter. */
const parametersIn = (line: Octets): readonly number[] =>
  [...line.matchAll(/[=",]/g)].slice(0, 1).map(({ index }) => index + 1);

const formsOf = ({ write }: AnyCommand): readonly AnyForm[] =>
  write === undefined ? [] : "keys" in write ? Object.values(write.keys) : [write];

const hasSecret = ({ shape }: AnyForm): boolean => Object.values(shape).some((param) => param.secret);

/** The secret tokens of one command; undefined where it cannot be told which they are. */
function secretSpans(parsed: ParsedCommand, secretive: readonly AnyCommand[]): readonly Token[] | undefined {
  if (parsed.kind === "unreadable") return undefined;
  if (parsed.kind === "basic" || parsed.form !== "write") return [];
  const command = secretive.find(({ names }) => names.some((name) => name === parsed.name));
  if (command?.write === undefined) return [];
  if (!("keys" in command.write)) return secretsOf(command.write, parsed.tokens);
  const { keys } = command.write;
  const key = parsed.tokens[0]?.text.toLowerCase() ?? "";
  const chosen = Object.hasOwn(keys, key) ? keys[key] : undefined;
  return chosen && secretsOf(chosen, parsed.tokens.slice(1));
}

/** A slip among strings without quotes, or a quote inside one, may have moved the secret to where it looks like a name. */
function secretsOf(form: AnyForm, tokens: readonly Token[]): readonly Token[] | undefined {
  const strings = Object.values(form.shape).map(({ range }) => range.startsWith('"'));
  const isDoubtful = ({ kind, text }: Token, at: number): boolean =>
    text.includes('"') || (kind === "bare" && strings[at] !== false);
  if (hasSecret(form) && tokens.some(isDoubtful)) return undefined;
  return form.fits(tokens) ? secretTokens(form.shape, tokens) : undefined;
}

const cutAt = (line: Octets, end: number): Octets => `${line.slice(0, end)}${veil}`;

function veilAll(line: Octets, tokens: readonly (Token | undefined)[]): Octets {
  let shown = "";
  let from = 0;
  for (const token of tokens) {
    if (token === undefined) continue;
    shown += `${line.slice(from, token.start)}${token.kind === "quoted" ? `"${veil}"` : veil}`;
    from = token.end;
  }
  return shown + line.slice(from);
}
