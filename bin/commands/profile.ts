import type { Profile } from "../../emulator/profile/profile.js";
import { differences, type ProfileRow, rowsOf } from "../../emulator/profile/profile-rows.js";
import { writtenProfile } from "../../emulator/profile/profile-schema.js";
import { isQuirk, quirkTable } from "../../emulator/profile/quirks.js";
import { timings } from "../../emulator/radio/timing.js";
import { loadProfile } from "../../net/storage/profile-file.js";
import { type UserError, usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";
import type { Flags } from "../flags.js";
import { readOptions } from "../options.js";

const misread = (message: string): UserError =>
  usage(`${message}; write bc28-emu profile [NAME|FILE] or bc28-emu profile diff A B`);

/** `bc28-emu profile`: prints a profile, or how two differ. Throws a UserError (code 2) that names the error. */
export async function run({ words, flags }: Call): Promise<Outcome> {
  return { text: words[0] === "diff" ? diff(words.slice(1), flags) : show(words, flags) };
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
  const [flag] = Object.keys(others);
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
    "",
    "Identity:",
    ...lines("identity"),
    "",
    "Surroundings:",
    ...lines("surroundings"),
    "",
    `Timing: ${profile.timing}`,
    ...timingLines(profile),
    "",
    "Quirks:",
    ...fields("quirks").flatMap((row) => quirkLines(profile, row)),
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

/** A profile as JSON, which `--profile` reads. */
const profileJson = (profile: Profile): string => JSON.stringify(writtenProfile(profile), undefined, 2);

/** The differences of two profiles as text: a line for each field. */
function differenceText(names: readonly [string, string], one: Profile, other: Profile): string {
  const found = differences(one, other);
  if (found.length === 0) return `${names.join(" and ")} do not differ`;
  const width = Math.max(...found.map(({ path }) => path.length));
  return found.map(({ path, values }) => `${path.padEnd(width)}  ${values.join(" -> ")}`).join("\n");
}

/** The differences of two profiles as JSON. */
const differenceJson = (one: Profile, other: Profile): string =>
  JSON.stringify(Object.fromEntries(differences(one, other).map(({ path, values }) => [path, values])), undefined, 2);
