import type { Command, Form } from "./command.js";
import type { Octets } from "./octets.js";
import { secretTokens } from "./params.js";
import { type ParsedCommand, parseLine, type Token } from "./parse.js";

type AnyCommand = Command<never, unknown, unknown>;
type AnyForm = Pick<Form<never, unknown, unknown>, "shape">;

/** What stands in place of a secret. */
const veil = "***";

/** The commands that take a secret in some form. */
export const withSecrets = <C extends AnyCommand>(commands: readonly C[]): readonly C[] =>
  commands.filter((command) => formsOf(command).some(hasSecret));

/** A command line as a trace may show it: what its commands declare secret is veiled. */
export function maskLine(line: Octets, commands: readonly AnyCommand[]): Octets {
  const secretive = withSecrets(commands);
  const named = secretive.flatMap((command) => command.names).filter((name) => line.toUpperCase().includes(name));
  if (named.length === 0) return line;
  const spans = parseLine(line)?.map((parsed) => secretSpans(parsed, secretive));
  return spans === undefined || spans.includes(undefined) ? cutAfter(line, named) : veilAll(line, spans.flat());
}

const formsOf = ({ write }: AnyCommand): readonly AnyForm[] =>
  write === undefined ? [] : "keys" in write ? Object.values(write.keys) : [write];

const hasSecret = ({ shape }: AnyForm): boolean => Object.values(shape).some((param) => param.secret);

/** The secret tokens of one command; undefined where it cannot be told which they are. */
function secretSpans(parsed: ParsedCommand, secretive: readonly AnyCommand[]): readonly Token[] | undefined {
  if (parsed.kind === "unreadable") return undefined;
  if (parsed.kind === "basic" || parsed.form !== "write") return [];
  const command = secretive.find(({ names }) => names.some((name) => name === parsed.name));
  if (command?.write === undefined) return [];
  if (!("keys" in command.write)) return secretTokens(command.write.shape, parsed.tokens);
  const chosen = command.write.keys[parsed.tokens[0]?.text.toLowerCase() ?? ""];
  return chosen && secretTokens(chosen.shape, parsed.tokens.slice(1));
}

function cutAfter(line: Octets, names: readonly string[]): Octets {
  const upper = line.toUpperCase();
  const ends = names.map((name) => upper.indexOf(name) + name.length);
  return `${line.slice(0, Math.min(...ends))}${veil}`;
}

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
