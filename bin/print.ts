import { explain, explainScenario } from "../emulator/faults/language/explain.js";
import { readSentence } from "../emulator/faults/language/read-sentence.js";
import { type FormRow, reference } from "../emulator/faults/language/reference.js";
import type { Profile } from "../emulator/profile/profile.js";
import { differences, type ProfileRow, rowsOf } from "../emulator/profile/profile-rows.js";
import { writtenProfile } from "../emulator/profile/profile-schema.js";
import { isQuirk, quirkTable } from "../emulator/profile/quirks.js";
import { timings } from "../emulator/radio/timing.js";
import { loadProfile } from "../net/storage/profile-file.js";
import { readyScenarios } from "../net/storage/ready-scenarios.js";
import { loadScenario } from "../net/storage/scenario-file.js";
import type { UserError } from "../net/user-error.js";
import { usage } from "../net/user-error.js";
import type { CommandLine } from "./command-line.js";
import type { FlagName, Flags } from "./flags.js";
import { table, wrapped } from "./help.js";
import { readOptions } from "./options.js";

/** What a command prints that runs no module. Throws a UserError (code 2) that names what is wrong with it. */
export async function printed({ name, words }: NonNullable<CommandLine["command"]>, flags: Flags): Promise<string> {
  if (name === "profile") return profileCommand(words, flags);
  return name === "faults" ? faultsCommand(words, flags) : scenarioCommand(words, flags);
}

const misread = (message: string): UserError =>
  usage(`${message}; write bc28-emu profile [NAME|FILE] or bc28-emu profile diff A B`);

/** The output of `bc28-emu profile`, by the words after it. Throws a UserError (code 2) that names the error. */
function profileCommand(words: readonly string[], flags: Flags): string {
  return words[0] === "diff" ? diff(words.slice(1), flags) : show(words, flags);
}

/** The profile that a run with these flags would use. */
function show([name, more]: readonly string[], flags: Flags): string {
  if (more !== undefined) throw misread(`profile: ${JSON.stringify(more)} is one word too many`);
  if (name !== undefined && flags.profile !== undefined) throw misread(`profile: both ${name} and --profile are given`);
  const given = name === undefined ? flags : { ...flags, profile: name };
  const { profile } = readOptions(given, { onTerminal: false });
  return flags.json ? profileJson(profile) : profileText(profile);
}

function diff([a, b, more]: readonly string[], flags: Flags): string {
  if (a === undefined || b === undefined) throw misread("profile diff: it needs two profiles");
  if (more !== undefined) throw misread(`profile diff: ${JSON.stringify(more)} is one word too many`);
  const { json, ...others } = flags;
  const [flag] = Object.keys(others) as FlagName[];
  if (flag !== undefined) throw misread(`profile diff: it takes no --${flag}`);
  const [one, other] = [loadProfile(a), loadProfile(b)];
  return json ? differenceJson(one, other) : differenceText([a, b], one, other);
}

/** A profile as text: every field, and the source of every quirk. */
function profileText(profile: Profile): string {
  const rows = rowsOf(profile);
  const fields = (group: string) => rows.filter((row) => row.group === group);
  const lines = (group: string) => fields(group).map(({ name, value }) => `  ${name.padEnd(14)}  ${value}`);
  return [
    `Profile ${profile.name}`,
    ...["", "Identity:", ...lines("identity")],
    ...["", "Surroundings:", ...lines("surroundings")],
    ...["", `Timing: ${profile.timing}`, ...timingLines(profile)],
    ...["", "Quirks:", ...fields("quirks").flatMap((row) => quirkLines(profile, row))],
  ].join("\n");
}

function timingLines({ timing }: Profile): readonly string[] {
  return Object.entries(timings[timing]).map(([what, [min, max]]) => {
    const span = min === max ? `${min}` : `${min} to ${max}`;
    return `  ${what.padEnd(14)}  ${span} ms`;
  });
}

function quirkLines({ quirks }: Profile, { name, value }: ProfileRow): readonly string[] {
  if (!isQuirk(name)) return [];
  const { about, values, fallback, standard, section, source } = quirkTable[name];
  const differs = quirks[name] === fallback ? "" : ` (default: ${standard})`;
  return [`  ${name}=${value}${differs}`, `      ${about}`, `      ${values}; section ${section}; source: ${source}`];
}

/** The same as JSON: `--profile` reads it. */
const profileJson = (profile: Profile): string => JSON.stringify(writtenProfile(profile), undefined, 2);

/** The differences of two profiles as text: a line for each field. */
function differenceText(names: readonly [string, string], one: Profile, other: Profile): string {
  const found = differences(one, other);
  if (found.length === 0) return `${names.join(" and ")} do not differ`;
  const width = Math.max(...found.map(({ path }) => path.length));
  return found.map(({ path, values }) => `${path.padEnd(width)}  ${values.join(" -> ")}`).join("\n");
}

/** The same as JSON. */
const differenceJson = (one: Profile, other: Profile): string =>
  JSON.stringify(Object.fromEntries(differences(one, other).map(({ path, values }) => [path, values])), undefined, 2);

/** The width of what is printed, in columns. */
const width = 100;

/** The output of `bc28-emu faults`: the vocabulary, or what a sentence means. Throws a UserError (code 2) for a wrong one. */
function faultsCommand(words: readonly string[], flags: Flags): string {
  refuseOtherFlags("faults", flags);
  const text = words.join(" ");
  if (words.length === 0) return flags.json ? JSON.stringify(reference(), undefined, 2) : vocabularyText();
  const read = readSentence(text);
  if ("problem" in read) throw usage(`fault ${JSON.stringify(text)}: ${read.problem}`);
  const means = explain(read.sentence);
  return flags.json ? JSON.stringify({ fault: read.sentence.text, means }, undefined, 2) : means;
}

/** The output of `bc28-emu scenario`: the ready ones, or what one does. Throws a UserError (code 2) for a wrong one. */
async function scenarioCommand([name, more]: readonly string[], flags: Flags): Promise<string> {
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
