import { explain, explainScenario } from "../emulator/faults/language/explain.js";
import { readSentence } from "../emulator/faults/language/read-sentence.js";
import { type FormRow, reference } from "../emulator/faults/language/reference.js";
import { readyScenarios } from "../net/storage/ready-scenarios.js";
import { loadScenario } from "../net/storage/scenario-file.js";
import { usage } from "../net/user-error.js";
import type { FlagName, Flags } from "./flags.js";
import { table, wrapped } from "./help.js";

/** The width of what is printed, in columns. */
const width = 100;

/** The output of `bc28-emu faults`: the vocabulary, or what a sentence means. Throws a UserError (code 2) for a wrong one. */
export function faultsCommand(words: readonly string[], flags: Flags): string {
  refuseOtherFlags("faults", flags);
  const text = words.join(" ");
  if (words.length === 0) return flags.json ? JSON.stringify(reference(), undefined, 2) : vocabularyText();
  const read = readSentence(text);
  if ("problem" in read) throw usage(`fault ${JSON.stringify(text)}: ${read.problem}`);
  const means = explain(read.sentence);
  return flags.json ? JSON.stringify({ fault: read.sentence.text, means }, undefined, 2) : means;
}

/** The output of `bc28-emu scenario`: the ready ones, or what one does. Throws a UserError (code 2) for a wrong one. */
export async function scenarioCommand([name, more]: readonly string[], flags: Flags): Promise<string> {
  refuseOtherFlags("scenario", flags);
  if (more !== undefined) throw usage(`scenario: ${JSON.stringify(more)} is one word too many`);
  if (name === undefined) return readyText(flags);
  const scenario = await loadScenario(name);
  const steps = explainScenario(scenario);
  if (flags.json) return JSON.stringify({ ...scenario, steps }, undefined, 2);
  const about = scenario.about === undefined ? [] : [...wrapped(scenario.about, width), ""];
  return [scenario.name, "", ...about, ...steps].join("\n");
}

function vocabularyText(): string {
  const { sentence, faults, conditions, events, values } = reference();
  const rows = (forms: readonly FormRow[]): readonly string[] =>
    table(
      forms.map(({ syntax, means }) => [syntax, means]),
      width,
    );
  const seams = [...new Set(faults.map(({ seam }) => seam))];
  return [
    ...wrapped(`A fault is a sentence: ${sentence}`, width),
    ...wrapped(
      "It acts at once, or stays in force until it is used up. Capitals are values; brackets stand around what may be left out.",
      width,
    ),
    ...seams.flatMap((seam) => ["", `${seam}:`, ...rows(faults.filter((fault) => fault.seam === seam))]),
    ...["", "Conditions, behind most faults in any order:", ...rows(conditions)],
    ...["", "Events:", ...rows(events)],
    ...["", "Values:"],
    ...table(
      values.map(({ name, about, how }) => [name, `${about}: ${how}`]),
      width,
    ),
    "",
    "bc28-emu faults SENTENCE tells what one means; --json prints all of this for programs.",
  ].join("\n");
}

async function readyText({ json }: Flags): Promise<string> {
  const ready = await Promise.all(readyScenarios().map(loadScenario));
  if (json)
    return JSON.stringify(
      ready.map(({ name, about }) => ({ name, about })),
      undefined,
      2,
    );
  const lines = ready.flatMap(({ name, about = "" }) => [
    name,
    ...wrapped(about, width - 4).map((line) => `    ${line}`),
  ]);
  return ["Ready scenarios, for --scenario NAME; bc28-emu scenario NAME tells each step:", "", ...lines].join("\n");
}

function refuseOtherFlags(command: string, { json: _, ...others }: Flags): void {
  const [flag] = Object.keys(others) as FlagName[];
  if (flag !== undefined) throw usage(`${command}: it takes no --${flag}`);
}
