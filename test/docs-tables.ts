import { cmeErrors } from "../at/errors.js";
import { flagRows } from "../bin/flags.js";
import type { ModuleCommand } from "../emulator/command-view.js";
import { generalCommands } from "../emulator/commands/general.js";
import { identityCommands } from "../emulator/commands/identity.js";
import { clac, commands, networkCommands } from "../emulator/commands/index.js";
import { keptCommands } from "../emulator/commands/kept-settings.js";
import { notModelled } from "../emulator/commands/not-modelled.js";
import { powerSavingCommands } from "../emulator/commands/power-saving.js";
import { simCommands } from "../emulator/commands/sim.js";
import { socketCommands } from "../emulator/commands/sockets.js";
import { type FormRow, reference } from "../emulator/faults/language/reference.js";
import { quirkTable } from "../emulator/profile/quirks.js";
import { routes } from "../net/control/routes.js";
import { rules } from "../net/referee/rules.js";
import { readyScenarios } from "../net/storage/ready-scenarios.js";
import { loadScenario } from "../net/storage/scenario-file.js";
import { topics } from "../net/trace/chart/row.js";
import { chartOf, eventsOfChart } from "./charts.js";
import { recipes } from "./recipes.js";

type Row = readonly string[];

/** The chart of a session in which a PUBACK is lost, without what tells of the run. */
function chart(...flags: readonly string[]): string {
  const [, , ...lines] = chartOf(eventsOfChart("A lost PUBACK"), flags);
  return ["```text", ...lines.map((line) => line.trimEnd()), "```"].join("\n");
}

const ready = await Promise.all(readyScenarios().map(loadScenario));

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The commands in groups, in the order of the docs. */
export const commandGroups: readonly { readonly heading: string; has(command: ModuleCommand): boolean }[] = [
  { heading: "MQTT", has: ({ names: [name] }) => name.startsWith("+QMT") },
  { heading: "The AT interface and the module", has: among([...generalCommands, clac]) },
  { heading: "Identity", has: among(identityCommands) },
  { heading: "The PIN of the SIM", has: among(simCommands) },
  { heading: "Sockets", has: among(socketCommands) },
  { heading: "Network", has: among(networkCommands) },
  { heading: "Power saving", has: among(powerSavingCommands) },
  { heading: "Settings, most of them kept over a reboot", has: among(keptCommands) },
];

function among(some: readonly ModuleCommand[]) {
  return (command: ModuleCommand): boolean => some.includes(command);
}

function formsOf({ test: asks, read, write, exec }: ModuleCommand): string {
  const written = write && ("keys" in write ? Object.keys(write.keys).map((key) => `="${key}",…`) : ["=…"]);
  const forms = [...(asks ? ["=?"] : []), ...(read ? ["?"] : []), ...(written ?? [])];
  return [...(exec ? ["alone"] : []), ...forms.map(code)].join(" ");
}

const rowOf = (command: ModuleCommand): Row => [
  code(`AT${command.names[0]}`),
  formsOf(command),
  command.partly === undefined ? "supported" : `partly: ${command.partly}`,
];

/** The table of a group; it has a column for the manual where not all commands stand in the AT manual. */
function groupTable({ heading, has }: (typeof commandGroups)[number]): string {
  const some = commands.filter(has);
  const told = some.some(({ manual }) => manual !== "AT manual");
  const rows = some.map((command) => [...rowOf(command), ...(told ? [command.manual] : [])]);
  return `**${heading}**\n\n${table(["command", "forms", "how far", ...(told ? ["described in"] : [])], rows)}`;
}

/** The language of faults: a table for each seam, then those of conditions, events and values. */
function faultTables(): string {
  const { faults, conditions, events, values } = reference();
  const part = (heading: string, head: Row, rows: readonly Row[]): string => `**${heading}**\n\n${table(head, rows)}`;
  const rowsOf = (forms: readonly FormRow[]): readonly Row[] => forms.map(({ syntax, means }) => [code(syntax), means]);
  return [
    ...[...new Set(faults.map(({ seam }) => seam))].map((seam) =>
      part(
        `Faults: ${seam}`,
        ["fault", "what happens", "example"],
        faults
          .filter((fault) => fault.seam === seam)
          .map(({ syntax, means, example }) => [code(syntax), means, code(example)]),
      ),
    ),
    part("Conditions, behind most faults", ["condition", "meaning"], rowsOf(conditions)),
    part("Events", ["event", "when"], rowsOf(events)),
    part(
      "Values",
      ["value", "what it is"],
      values.map(({ name, about, how }) => [code(name), `${about}: ${how.replaceAll("|", "\\|")}`]),
    ),
  ].join("\n\n");
}

/** The recipes, without those of refused commands, which are all alike. */
const recipeTable = (): string =>
  table(
    ["the host meets", "the fault", "what the host does"],
    recipes
      .filter(({ group }) => group !== "refusals")
      .map(({ item, hears, fault, does }) => [hears === undefined ? item : code(hears), code(fault), does.join(", ")]),
  );

/** The tables that are made from the sources: the page of each, its name in the page's comments, and its text. */
export const generatedTables: readonly { readonly page: string; readonly name: string; make(): string }[] = [
  {
    page: "docs/options.md",
    name: "options",
    make: () =>
      table(
        ["flag", "what it does"],
        flagRows.map(({ name, value, about, repeatable }) => [
          code(`--${name}${value === undefined ? "" : ` ${value}`}`),
          `${about}${repeatable ? "; repeatable" : ""}`,
        ]),
      ),
  },
  { page: "docs/commands.md", name: "commands", make: () => commandGroups.map(groupTable).join("\n\n") },
  {
    page: "docs/commands.md",
    name: "not modelled",
    make: () =>
      table(
        ["not modelled", "answer", "why"],
        notModelled.map(({ names, answers, why }) => [names.map((name) => code(`AT${name}`)).join(" "), answers, why]),
      ),
  },
  {
    page: "docs/commands.md",
    name: "errors",
    make: () =>
      table(
        ["number", "words"],
        Object.values(cmeErrors).map(([number, words]) => [String(number), words]),
      ),
  },
  {
    page: "docs/referee.md",
    name: "rules",
    make: () =>
      table(
        ["rule", "severity", "what", "instead", "source"],
        rules.map(({ id, severity, what, advice, source }) => [
          code(id),
          severity,
          what.replaceAll("<", "\\<"),
          advice.replaceAll("<", "\\<"),
          source,
        ]),
      ),
  },
  {
    page: "docs/quirks.md",
    name: "quirks",
    make: () =>
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
  },
  {
    page: "docs/control.md",
    name: "routes",
    make: () =>
      table(
        ["request", "what it does"],
        routes.map(({ method, path, about }) => [code(`${method} ${path.replace(":id", "ID")}`), about]),
      ),
  },
  { page: "docs/trace.md", name: "chart", make: () => chart("--width", "100") },
  { page: "README.md", name: "chart", make: () => chart("--width", "98", "--from", "2s") },
  {
    page: "docs/trace.md",
    name: "topics",
    make: () =>
      table(
        ["topic", "rows"],
        Object.entries(topics).map(([name, about]) => [code(name), about]),
      ),
  },
  { page: "docs/faults.md", name: "recipes", make: recipeTable },
  { page: "docs/faults.md", name: "faults", make: faultTables },
  {
    page: "docs/faults.md",
    name: "scenarios",
    make: () =>
      table(
        ["scenario", "what happens, and what a host should do"],
        ready.map(({ name, about }) => [code(name), (about ?? "").replaceAll("|", "\\|")]),
      ),
  },
];

/** The text of a page with its tables made anew. */
export function withTables(page: string, text: string): string {
  return generatedTables
    .filter((each) => each.page === page)
    .reduce(
      (whole, { name, make }) =>
        whole.replace(
          new RegExp(`(<!-- ${name}:[^\\n]*-->\\n)[^]*?(<!-- /${name} -->)`),
          (_, open, close) => `${open}${make()}\n${close}`,
        ),
      text,
    );
}
