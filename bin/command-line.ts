import yargs, { type Options as YargsOption } from "yargs";
import { UserError } from "../net/user-error.js";
import { type Flag, type Flags, flagRows } from "./flags.js";

const usage = (message: string): UserError => new UserError(`${message}; see bc28-emu --help`, 2);

/** Reads the command line by the table of flags; throws a UserError (code 2) that names the first thing wrong with it. */
export function readCommandLine(args: readonly string[]): Flags {
  const given: Readonly<Record<string, unknown>> = yargs(args)
    .scriptName("bc28-emu")
    .locale("en") // everything else is in English too
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "greedy-arrays": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .help(false) // both are served before yargs is loaded
    .version(false)
    .options(Object.fromEntries(flagRows.map((flag) => [flag.name, yargsOption(flag)])))
    .completion("completion", "print a completion script for bash or zsh")
    .strict()
    .fail((message: string | undefined, error: Error | undefined) => {
      throw message ? usage(inOurWords(message)) : error;
    })
    .parseSync();
  const [word] = given._ as readonly string[];
  if (word !== undefined) throw usage(`unknown word ${JSON.stringify(word)}`);
  return Object.fromEntries(flagRows.flatMap((flag) => checked(flag, given[flag.name])));
}

function inOurWords(message: string): string {
  const name = /^Not enough arguments following: (.*)$/m.exec(message)?.[1];
  const flag = flagRows.find((row) => row.name === name);
  if (flag?.value !== undefined) return `--${name} needs a value: --${name} ${flag.value}`;
  return message.replace(/\s*\n\s*/g, " ");
}

const yargsOption = ({ value, repeatable, about }: Flag): YargsOption => ({
  type: value === undefined ? "boolean" : "string",
  describe: about,
  ...(repeatable && { array: true }),
  ...(value !== undefined && !value.startsWith("[") && { requiresArg: true }),
});

/** yargs makes a list of what is given twice, and takes `--json=no` for a switch that is off. */
function checked(flag: Flag & { readonly name: string }, given: unknown): readonly [string, unknown][] {
  if (given === undefined) return [];
  if (flag.value === undefined) {
    if ([given].flat().includes(false)) throw usage(`--${flag.name} takes no value`);
    return [[flag.name, true]];
  }
  if (!flag.repeatable && Array.isArray(given)) throw usage(`--${flag.name} is given ${given.length} times`);
  return [[flag.name, given]];
}
