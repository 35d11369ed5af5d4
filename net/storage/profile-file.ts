import type { Profile } from "../../emulator/profile/profile.js";
import { profileFrom } from "../../emulator/profile/profile-schema.js";
import { profiles } from "../../emulator/profile/profiles.js";
import { suggestion } from "../../emulator/profile/schema.js";
import { UserError } from "../user-error.js";
import { readJsonFile } from "./text-file.js";

/** The longest profile that is read, in bytes. */
const maxBytes = 65_536;

/**
 * The profile with this name, or that of a file of JSON, which has a base and what differs from it. A known name comes
 * first: write `./bc28` for a file with such a name.
 * @throws UserError (code 2) that names the profile or the file, and what is wrong with it.
 */
export function loadProfile(nameOrFile: string): Profile {
  const known = profiles.get(nameOrFile.toLowerCase());
  if (known !== undefined) return known;
  const file = readJsonFile(nameOrFile, maxBytes);
  if (file.kind === "absent") throw refusal(nameOrFile, absent(nameOrFile));
  if (file.kind === "problem") throw refusal(nameOrFile, file.why);
  const read = profileFrom(file.json);
  if ("problem" in read) throw refusal(nameOrFile, read.problem);
  return read.profile;
}

/** What to say where there is no such file; a word without `.` and `/` was meant as a name. */
function absent(nameOrFile: string): string {
  const advice = `${suggestion(nameOrFile, [...profiles.keys()])} (or give a file of JSON)`;
  return /[./]/.test(nameOrFile) ? "there is no such file" : `there is no such profile; ${advice}`;
}

const refusal = (nameOrFile: string, why: string): UserError =>
  new UserError(`profile ${nameOrFile === "" ? '""' : nameOrFile}: ${why}`, 2);
