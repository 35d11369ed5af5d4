import { quirkTable } from "../emulator/quirks.js";
import { type Flag, flagRows } from "./flags.js";

const examples = [
  ["bc28-emu --broker", "a module and a broker; no internet is needed"],
  ["bc28-emu --broker --link /tmp/bc28", "the same, always found under one name"],
  ["bc28-emu --map '*.example.com=10.0.0.7:1883'", "a broker of your own under its real name"],
  ["bc28-emu profile --json > my.json", "a profile of your own, to be edited: --profile my.json"],
  ["printf 'AT+CSQ\\r' | bc28-emu --stdio", "one command, one answer"],
  ["bc28-emu completion >> ~/.bashrc", "the Tab key completes flags (bash and zsh)"],
] as const;

/** What --help prints. */
export function helpText(): string {
  return [
    "Usage: bc28-emu [options]",
    "       bc28-emu profile [NAME|FILE] [options]   print a profile, with the source of every quirk",
    "       bc28-emu profile diff A B                print in what two profiles differ",
    "",
    "A Quectel BC28 (NB-IoT module) as a program: AT commands on a serial port drive a real MQTT client.",
    "It prints the path of its serial port, runs until Ctrl-C, and needs no hardware.",
    ...groups().flatMap((group) => ["", `${group}:`, ...flagLines(group)]),
    "",
    "Examples:",
    ...columns(examples),
    "",
    "Quirks (the first value is the default, or the one in parentheses):",
    ...Object.entries(quirkTable).flatMap(([name, { values, fallback, about }]) => [
      `  ${name}=${values}${/^\d+-/.test(values) ? ` (${fallback})` : ""}`,
      `      ${about}`,
    ]),
  ].join("\n");
}

const groups = (): Flag["group"][] => [...new Set(flagRows.map(({ group }) => group))];

function flagLines(group: Flag["group"]): string[] {
  const rows = flagRows.filter((flag) => flag.group === group);
  return columns(rows.map((flag) => [usage(flag), flag.about + (flag.repeatable ? "; repeatable" : "")]));
}

const usage = ({ name, value }: Flag & { readonly name: string }): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`;

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(24, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
