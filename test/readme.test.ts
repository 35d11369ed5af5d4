import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { flagRows } from "../bin/flags.js";
import { commands } from "../emulator/commands/index.js";
import { quirkTable } from "../emulator/quirks.js";
import type { ModuleCommand } from "../emulator/world.js";

const readme = new URL("../README.md", import.meta.url);

type Row = readonly string[];

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

function formsOf({ names: [name], test: asks, read, write, exec }: ModuleCommand): string {
  const written = write && ("keys" in write ? Object.keys(write.keys).map((key) => `="${key}",…`) : ["=…"]);
  const forms = [...(asks ? ["=?"] : []), ...(read ? ["?"] : []), ...(written ?? []), ...(exec ? [""] : [])];
  return forms.map((form) => code(`AT${name}${form}`)).join(" ");
}

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
  commands: () =>
    table(
      ["forms", "described in"],
      commands.map((command) => [formsOf(command), command.manual]),
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
