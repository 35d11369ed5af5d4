import type { Profile } from "../emulator/profile/profile.js";
import { differences, type ProfileRow, rowsOf } from "../emulator/profile/profile-rows.js";
import { writtenProfile } from "../emulator/profile/profile-schema.js";
import { isQuirk, quirkTable } from "../emulator/profile/quirks.js";
import { timings } from "../emulator/radio/timing.js";

/** What `bc28-emu profile` prints: every field, and of every quirk where it is known from. */
export function profileText(profile: Profile): string {
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
export const profileJson = (profile: Profile): string => JSON.stringify(writtenProfile(profile), undefined, 2);

/** What `bc28-emu profile diff` prints: a line for each field in which they differ. */
export function differenceText(names: readonly [string, string], one: Profile, other: Profile): string {
  const found = differences(one, other);
  if (found.length === 0) return `${names.join(" and ")} do not differ`;
  const width = Math.max(...found.map(({ path }) => path.length));
  return found.map(({ path, values }) => `${path.padEnd(width)}  ${values.join(" -> ")}`).join("\n");
}

/** The same as JSON. */
export const differenceJson = (one: Profile, other: Profile): string =>
  JSON.stringify(Object.fromEntries(differences(one, other).map(({ path, values }) => [path, values])), undefined, 2);
