import yargs, { type Options as YargsOption } from "yargs";
import { completions as faultWords } from "../emulator/faults/language/read-sentence.js";
import { profiles } from "../emulator/profile/profiles.js";
import { quirkTable } from "../emulator/profile/quirks.js";
import { timings } from "../emulator/radio/timing.js";
import { withoutSecret } from "../net/broker/cloud/device.js";
import { logLevels } from "../net/log.js";
import { readyScenarios } from "../net/storage/ready-scenarios.js";
import { topics } from "../net/trace/chart/row.js";
import type { UserError } from "../net/user-error.js";
import { usage } from "../net/user-error.js";
import { type CommandName, commandRow, commandTable, isCommand } from "./commands/index.js";
import { allFlagRows, type Flag, type FlagName, type FlagRow, type Flags, flagRows } from "./flags.js";

const misread = (message: string): UserError => usage(`${message}; see bc28-emu --help`);

/** The words and flags of the command line. */
export interface CommandLine {
  /** A command, and the words after it; undefined: the module is to run. */
  readonly command: { readonly name: CommandName; readonly words: readonly string[] } | undefined;
  readonly flags: Flags;
}

/** Reads the command line by the table of flags; throws a UserError (code 2) that names the first thing wrong with it. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const parser = yargs(args.map(withoutLoneDash))
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
    .help(false) // bin/main.ts serves both without yargs
    .version(false)
    .options(Object.fromEntries(allFlagRows.map((flag) => [flag.name, yargsOption(flag)])))
    .completion("completion", "print a completion script for bash or zsh", completions)
    .strict()
    .fail((message: string | undefined, error: Error | undefined) => {
      throw message ? misread(withoutSecrets(inOurWords(message), args)) : error;
    });
  for (const name of commandNames) parser.command(`${name} [words..]`, commandRow(name).calls[0]?.[1] ?? "");
  const given: Readonly<Record<string, unknown>> = parser.parseSync();
  const [word, ...others] = given._ as readonly string[];
  if (word !== undefined && !isCommand(word))
    throw misread(withoutSecrets(`unknown word ${JSON.stringify(word)}`, args));
  const named = [...((given.words as readonly string[] | undefined) ?? []), ...others];
  const words = named.map((each) => (each === loneDash ? "-" : each));
  const flags: Flags = Object.fromEntries(allFlagRows.flatMap((flag) => checked(flag, given[flag.name])));
  refuseForeign(word, flags);
  return { command: word === undefined ? undefined : { name: word, words }, flags };
}

/** Stands for a `-` among the words, which yargs would leave out. No argument of a process has a NUL. */
const loneDash = "\0";

/** An argument as yargs gets it. A `-` behind a flag that takes a value is that value. */
function withoutLoneDash(arg: string, at: number, args: readonly string[]): string {
  const before = args[at - 1];
  const isValue = allFlagRows.some(({ name, value }) => `--${name}` === before && value !== undefined);
  return arg === "-" && !isValue ? loneDash : arg;
}

const commandNames = Object.keys(commandTable) as readonly CommandName[];

/** The flags that a command takes; without one, those of the run of a module. */
export function flagsOf(command: CommandName | undefined): readonly FlagRow[] {
  const takes = command === undefined ? "run" : commandRow(command).takes;
  return takes === "run" ? flagRows : allFlagRows.filter(({ name }) => takes.some((taken) => taken === name));
}

/** Throws a UserError (code 2) that names the first flag which the command does not take. */
function refuseForeign(command: CommandName | undefined, flags: Flags): void {
  const taken = new Set(flagsOf(command).map(({ name }) => name));
  const foreign = Object.keys(flags).find((name) => !taken.has(name));
  if (foreign === undefined) return;
  if (command !== undefined) throw usage(`${command}: it takes no --${foreign}`);
  const users = commandNames.filter((name) => commandRow(name).takes.includes(foreign as FlagName));
  throw misread(`--${foreign} belongs to ${users.map((name) => `bc28-emu ${name}`).join(", ")}`);
}

/** The values that completion offers after some flags; for paths the shell offers files. */
const words: Readonly<Record<string, () => readonly string[]>> = {
  "--log-level": () => logLevels,
  "--quirk": () => Object.keys(quirkTable).map((name) => `${name}=`),
  "--profile": () => [...profiles.keys()],
  "--timing": () => Object.keys(timings),
  "--fault": () => faultWords(""),
  "--scenario": readyScenarios,
  "--only": () => Object.keys(topics),
};

/** The words that completion offers behind some commands. */
const wordsBehind: Readonly<Record<string, (soFar: string) => readonly string[]>> = {
  faults: faultWords,
  scenario: readyScenarios,
};

function completions(
  current: string,
  given: unknown,
  standard: (done: (error: Error | null, found: string[] | undefined) => void) => void,
  done: (found: string[]) => void,
): void {
  const typed = (given as { readonly _: readonly string[] })._;
  const flag = process.argv.at(-2) ?? "";
  const needsValue = allFlagRows.some(({ name, value }) => `--${name}` === flag && value !== undefined);
  const [, command = "", ...others] = typed ?? []; // the first one is the program's name
  const behind = Object.hasOwn(wordsBehind, command) ? wordsBehind[command] : undefined;
  if (needsValue && typed !== undefined) done([...(words[flag]?.() ?? [])]);
  else if (behind !== undefined && !current.startsWith("-")) done([...behind(soFar(others, current))]);
  else standard((_, found) => done((found ?? []).filter((word) => isOffered(word, command))));
}

/** Whether a word may stand behind a command, or alone: its flags, and no second way to complete. */
function isOffered(word: string, command: string): boolean {
  if (word.startsWith("completion")) return false;
  const taken = flagsOf(isCommand(command) ? command : undefined);
  return !word.startsWith("--") || taken.some(({ name }) => word.startsWith(`--${name}`));
}

/** What was typed behind a command; the word that is being typed may stand among the others already. */
function soFar(others: readonly string[], current: string): string {
  const before = others.at(-1) === current ? others.slice(0, -1) : others;
  return [...before, current].join(" ");
}

function inOurWords(message: string): string {
  const name = /^Not enough arguments following: (.*)$/m.exec(message)?.[1];
  const flag = allFlagRows.find((row) => row.name === name);
  if (flag?.value !== undefined) return `--${name} needs a value: --${name} ${flag.value}`;
  const unknown = /^Unknown arguments?: ([^,\n]*)/m.exec(message)?.[1];
  const meant = unknown === undefined ? undefined : nearest(unknown);
  const hint = meant === undefined ? "" : `; is ${meant} meant?`;
  return `${message.replace(/\s*\n\s*/g, " ").replaceAll(loneDash, "-")}${hint}`;
}

/** The flag or command that differs from a word by at most two slips; undefined: none does. */
function nearest(word: string): string | undefined {
  const names = [...allFlagRows.map(({ name }) => ({ name, text: `--${name}` })), ...commandTexts];
  const all = names.map(({ name, text }) => ({ text, slips: slipsBetween(word, name) }));
  const best = all.reduce((a, b) => (b.slips < a.slips ? b : a));
  return best.slips <= Math.min(2, word.length - 2) ? best.text : undefined;
}

const commandTexts = commandNames.map((name) => ({ name, text: `bc28-emu ${name}` }));

/** How many letters have to be put in, taken out or replaced to make one word of the other. */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [at, wanted] of [...other].entries())
      next.push(Math.min((row[at] ?? 0) + (letter === wanted ? 0 : 1), (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Hides the secrets of cloud devices in a message, also behind a misspelt flag or none. */
function withoutSecrets(message: string, args: readonly string[]): string {
  const devices = args.filter((arg) => /^[^/-][^/]*\/[^/]*\/./.test(arg));
  return devices.reduce((text, device) => text.replaceAll(device, () => withoutSecret(device)), message);
}

const mayBeLeftOut = (value: string): boolean => /^\[[^\]]*\]$/.test(value);

const yargsOption = ({ value, repeatable, about }: Flag): YargsOption => ({
  type: value === undefined ? "boolean" : "string",
  describe: about,
  ...(repeatable && { array: true }),
  ...(value !== undefined && !mayBeLeftOut(value) && { requiresArg: true }),
});

/**
 * yargs makes a list of what is given twice: the last value counts, so that a script's own flags can be overridden
 * (`npm start -- --broker 0`). It takes `--json=no` for a switch that is off.
 */
function checked(flag: Flag & { readonly name: string }, given: unknown): readonly [string, unknown][] {
  if (given === undefined) return [];
  if (flag.value === undefined) {
    if ([given].flat().includes(false)) throw misread(`--${flag.name} takes no value`);
    return [[flag.name, true]];
  }
  return [[flag.name, flag.repeatable ? given : [given].flat().at(-1)]];
}
