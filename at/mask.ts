import type { Command, Form } from "./command.js";
import type { Octets } from "./octets.js";
import { secretTokens } from "./params.js";
import { type ParsedCommand, parseLine, type Token } from "./parse.js";

type AnyCommand = Command<never, unknown, unknown>;
type Known = (name: string) => boolean;
type AnyForm = Pick<Form<never, unknown, unknown>, "shape">;

/** What stands in place of a secret. */
const veil = "***";

/** The commands that take a secret in some form. */
export const withSecrets = <C extends AnyCommand>(commands: readonly C[]): readonly C[] =>
  commands.filter((command) => formsOf(command).some(hasSecret));

/**
 * A command line as a trace may show it: what its commands declare secret is veiled. Where it cannot be told what is
 * secret, nothing behind the first name of such a command is shown; a name that is not known may be a slip for one.
 */
export function maskLine(line: Octets, commands: readonly AnyCommand[], isKnown: Known = () => true): Octets {
  const secretive = withSecrets(commands);
  const parsed = parseLine(line) ?? [];
  const slips = parsed.flatMap((it) =>
    it.kind === "extended" && !isKnown(it.name) ? (it.tokens[0]?.start ?? []) : [],
  );
  const named = secretive.flatMap((command) => command.names).flatMap((name) => endsOf(name, line));
  if (slips.length > 0) return cutAt(line, Math.min(...slips, ...named));
  if (named.length === 0) return line;
  const spans = parsed.map((command) => secretSpans(command, secretive));
  const understood = named.every((end) => parsed.some((it) => it.kind === "extended" && it.nameEnd === end));
  return understood && !spans.includes(undefined) ? veilAll(line, spans.flat()) : cutAt(line, Math.min(...named));
}

/** Where each occurrence of a name ends, upper case or not; of a torn line, its `+` may be missing. */
const endsOf = (name: string, line: Octets): readonly number[] =>
  [...line.matchAll(new RegExp(name.slice(1), "gi"))].map(({ index }) => index + name.length - 1);

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
  return hasSecret(form) && tokens.some(isDoubtful) ? undefined : secretTokens(form.shape, tokens);
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
