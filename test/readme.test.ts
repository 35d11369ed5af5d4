import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { flagRows } from "../bin/flags.js";
import type { ModuleCommand } from "../emulator/command-view.js";
import { generalCommands } from "../emulator/commands/general.js";
import { identityCommands } from "../emulator/commands/identity.js";
import { commands, networkCommands } from "../emulator/commands/index.js";
import { keptCommands } from "../emulator/commands/kept-settings.js";
import { notModelled } from "../emulator/commands/not-modelled.js";
import { powerSavingCommands } from "../emulator/commands/power-saving.js";
import { quirkTable } from "../emulator/profile/quirks.js";

const readme = new URL("../README.md", import.meta.url);

type Row = readonly string[];

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

function formsOf({ test: asks, read, write, exec }: ModuleCommand): string {
  const written = write && ("keys" in write ? Object.keys(write.keys).map((key) => `="${key}",…`) : ["=…"]);
  const forms = [...(asks ? ["=?"] : []), ...(read ? ["?"] : []), ...(written ?? [])];
  return [...(exec ? ["alone"] : []), ...forms.map(code)].join(" ");
}

const rowOf = ({ names: [name], partly, ...forms }: ModuleCommand): Row => [
  code(`AT${name}`),
  formsOf({ names: [name], ...forms }),
  partly === undefined ? "supported" : `partly: ${partly}`,
];

/** What the commands are about, in the README's order. */
const groups: readonly (readonly [heading: string, isOne: (command: ModuleCommand) => boolean])[] = [
  ["MQTT", ({ names: [name] }) => name.startsWith("+QMT")],
  ["The AT interface and the module", among(generalCommands)],
  ["Identity", among(identityCommands)],
  ["Network", among(networkCommands)],
  ["Power saving", among(powerSavingCommands)],
  ["Settings, most of them kept over a reboot", among(keptCommands)],
];

function among(some: readonly ModuleCommand[]) {
  return (command: ModuleCommand): boolean => some.includes(command);
}

/** Where the manual is the same for all, it is not told of each. */
function groupTable([heading, isOne]: (typeof groups)[number]): string {
  const some = commands.filter(isOne);
  const told = some.some(({ manual }) => manual !== "AT manual");
  const rows = some.map((command) => [...rowOf(command), ...(told ? [command.manual] : [])]);
  return `**${heading}**\n\n${table(["command", "forms", "how far", ...(told ? ["described in"] : [])], rows)}`;
}

test("every command stands in one group", () => {
  expect(commands.map((command) => groups.filter(([, isOne]) => isOne(command)).length)).toEqual(commands.map(() => 1));
});

/** The README's tables, made from the sources. */
const tables: Readonly<Record<string, () => string>> = {
  options: () =>
    table(
      ["flag", "what it does"],
      flagRows.map(({ name, value, about, repeatable }) => [
        code(`--${name}${value === undefined ? "" : ` ${value}`}`),
        `${about}${repeatable ? "; repeatable" : ""}`,
      ]),
    ),
  commands: () => groups.map(groupTable).join("\n\n"),
  "not modelled": () =>
    table(
      ["not modelled", "answer", "why"],
      notModelled.map(({ names, answers, why }) => [names.map((name) => code(`AT${name}`)).join(" "), answers, why]),
    ),
  quirks: () =>
    table(
      ["quirk", "values", "default", "what it decides", "source"],
      Object.entries(quirkTable).map(([name, { values, standard, about, source }]) => [
        code(name),
        code(values),
        code(standard),
        about,
        source,
      ]),
    ),
};

const written = readFileSync(readme, "utf8");

function current(): string {
  let text = written;
  for (const [name, make] of Object.entries(tables)) {
    text = text.replace(
      new RegExp(`(<!-- ${name}:[^\\n]*-->\\n)[^]*?(<!-- /${name} -->)`),
      (_, open, close) => `${open}${make()}\n${close}`,
    );
  }
  return text;
}

test("the README's tables are what the sources say", () => {
  if (process.env.README_UPDATE === "1") writeFileSync(readme, current());
  else expect(written).toBe(current());
});

const foundIn = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, found = ""]) => found)),
];

test("every flag of ours that the README names is one", () => {
  const ours = foundIn(written, /^(?:npm start --|.*\bbc28-emu) (.*)$/gm).join(" ");
  const named = [...foundIn(ours, /(?:^|\s)--([a-z][a-z\d-]*)/g), ...foundIn(written, /`--([a-z][a-z\d-]*)[ `]/g)];
  const known = new Set(flagRows.map(({ name }) => name));
  expect(named).toContain("link");
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

/** The place of a heading within the page, as GitHub names it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");

test("its links within the page lead to headings", () => {
  const anchors = foundIn(written, /^#+ (.*)$/gm).map(anchorOf);
  const links = foundIn(written, /\]\(#([^)]*)\)/g);
  expect(links).toContain("quirks");
  expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
});

test("what it has the library do is exported", () => {
  const face = readFileSync(new URL("../index.ts", import.meta.url), "utf8");
  const named = foundIn(written, /\b((?:open|load)[A-Z]\w*)\b/g);
  expect(named).toContain("openPty");
  expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(face))).toEqual([]);
});
