import { quirkTable } from "../emulator/profile/quirks.js";
import { type Flag, flagRows } from "./flags.js";

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

const calls = [
  ["bc28-emu [options]", "run a module"],
  ["bc28-emu exec [options] -- COMMAND", "run a command beside a module of its own, and end with its exit code"],
  ["bc28-emu mcp [options]", "serve coding agents over standard input and output (Model Context Protocol)"],
  ["bc28-emu profile [NAME|FILE] [options]", "print a profile, with the source of every quirk"],
  ["bc28-emu profile diff A B", "print in what two profiles differ"],
  ["bc28-emu faults [SENTENCE]", "print what can go wrong, or what a sentence means"],
  ["bc28-emu scenario [NAME|FILE]", "print the ready scenarios, or check one and print what it does"],
] as const;

/** The widest and the narrowest lines of the help text, in columns. */
const maxColumns = 120;
const minColumns = 72;

/** The text of --help for a terminal of `columns` columns. */
export function helpText(columns = 80): string {
  const width = Math.max(minColumns, Math.min(columns, maxColumns));
  return [
    "Usage:",
    ...table(calls, width),
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

const groups = (): Flag["group"][] => [...new Set(flagRows.map(({ group }) => group))];

function flagLines(group: Flag["group"], width: number): string[] {
  const rows = flagRows.filter((flag) => flag.group === group);
  return table(
    rows.map((flag) => [written(flag), flag.about + (flag.repeatable ? "; repeatable" : "")]),
    width,
  );
}

const written = ({ name, value }: Flag & { readonly name: string }): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`;

/** Two columns; a long text on the right is continued on the next lines. */
export function table(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const indent = Math.max(24, ...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrapped(right, width - indent - 4).map((line, index) => `  ${(index === 0 ? left : "").padEnd(indent)}  ${line}`),
  );
}

/** A text in lines of at most `width` characters, broken at blanks. */
export const wrapped = (text: string, width: number): string[] =>
  text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)`, "g")) ?? [];
