import { quirkTable } from "../emulator/profile/quirks.js";
import { table, wrapped } from "./columns.js";
import type { CommandRow } from "./command.js";
import { flagsOf } from "./command-line.js";
import { type CommandName, commandRow, commandTable } from "./commands/index.js";
import { type Flag, type FlagRow, flagRows } from "./flags.js";

const examples = [
  ["bc28-emu --broker", "a module and a broker; no internet is needed"],
  ["bc28-emu --broker --link /tmp/bc28", "the same, always found under one name"],
  ["bc28-emu --map '*.example.com=10.0.0.7:1883'", "a broker of your own under its real name"],
  ["bc28-emu --broker --fault 'lose 2 PUBACK'", "a failure on purpose"],
  ["bc28-emu --broker --scenario nat-timeout", "several, as they come in the field"],
  ["bc28-emu profile --json > my.json", "a profile of your own, to be edited: --profile my.json"],
  ["printf 'AT+CSQ\\r' | bc28-emu --stdio", "one command, one answer"],
  ["bc28-emu completion >> ~/.bashrc", "the Tab key completes flags (bash and zsh)"],
] as const;

const calls = (): readonly (readonly [string, string])[] => [
  ["bc28-emu [options]", "run a module"],
  ["bc28-emu exec [options] -- COMMAND", "run a command beside a module of its own, and end with its exit code"],
  ...Object.values(commandTable).flatMap(callsOf),
];

const callsOf = ({ calls }: CommandRow): readonly (readonly [string, string])[] =>
  calls.map(([syntax, about]) => [`bc28-emu ${syntax}`, about]);

/** The widest and the narrowest lines of the help text, in columns. */
const maxColumns = 120;
const minColumns = 72;

/** The text of --help for a terminal of `columns` columns. */
export function helpText(columns = 80): string {
  const width = widthFor(columns);
  return [
    "Usage:",
    ...table(calls(), width),
    "",
    ...wrapped(
      "A Quectel BC28 (NB-IoT module) as a program: AT commands on a serial port drive a real MQTT client.",
      width,
    ),
    ...wrapped("It prints the path of its serial port, runs until Ctrl-C, and needs no hardware.", width),
    ...groups().flatMap((group) => ["", `${group}:`, ...flagLines(group, width)]),
    "",
    "Examples:",
    ...table(examples, width),
    "",
    "Quirks (the first value is the default, or the one in parentheses):",
    ...Object.entries(quirkTable).flatMap(([name, { values, fallback, about }]) => [
      `  ${name}=${values}${/^\d+-/.test(values) ? ` (${fallback})` : ""}`,
      ...wrapped(about, width - 6).map((line) => `      ${line}`),
    ]),
  ].join("\n");
}

/** The text of `bc28-emu COMMAND --help`. */
export function commandHelp(name: CommandName, columns = 80): string {
  const width = widthFor(columns);
  const row = commandRow(name);
  const flags = flagsOf(name).filter((flag) => flag.group !== "Help");
  const options =
    row.takes === "run"
      ? ["", "It takes the options of bc28-emu --help."]
      : ["", "Options:", ...table(flags.map(flagRow), width)];
  return ["Usage:", ...table(callsOf(row), width), ...(flags.length === 0 ? [] : options)].join("\n");
}

const widthFor = (columns: number): number => Math.max(minColumns, Math.min(columns, maxColumns));

const groups = (): Flag["group"][] => [...new Set(flagRows.map(({ group }) => group))];

function flagLines(group: Flag["group"], width: number): string[] {
  const rows = flagRows.filter((flag) => flag.group === group);
  return table(rows.map(flagRow), width);
}

const flagRow = (flag: FlagRow): readonly [string, string] => [
  written(flag),
  flag.about + (flag.repeatable ? "; repeatable" : ""),
];

const written = ({ name, value }: FlagRow): string => (value === undefined ? `--${name}` : `--${name} ${value}`);
