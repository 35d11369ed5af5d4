import { loadProfile } from "../net/files/profile-file.js";
import { UserError } from "../net/user-error.js";
import type { FlagName, Flags } from "./flags.js";
import { readOptions } from "./options.js";
import { differenceJson, differenceText, profileJson, profileText } from "./profile.js";

const usage = (message: string): UserError =>
  new UserError(`${message}; write bc28-emu profile [NAME|FILE] or bc28-emu profile diff A B`, 2);

/** What `bc28-emu profile` prints, by the words behind it; throws a UserError (code 2) that names what is wrong. */
export function profileCommand(words: readonly string[], flags: Flags): string {
  return words[0] === "diff" ? diff(words.slice(1), flags) : show(words, flags);
}

/** All other flags may stand there too: it prints what a run with them would use. */
function show([name, more]: readonly string[], flags: Flags): string {
  if (more !== undefined) throw usage(`profile: ${JSON.stringify(more)} is one word too many`);
  if (name !== undefined && flags.profile !== undefined) throw usage(`profile: both ${name} and --profile are given`);
  const given = name === undefined ? flags : { ...flags, profile: name };
  const { profile } = readOptions(given, { onTerminal: false });
  return flags.json ? profileJson(profile) : profileText(profile);
}

function diff([a, b, more]: readonly string[], flags: Flags): string {
  if (a === undefined || b === undefined) throw usage("profile diff: it needs two profiles");
  if (more !== undefined) throw usage(`profile diff: ${JSON.stringify(more)} is one word too many`);
  const { json, ...others } = flags;
  const [flag] = Object.keys(others) as FlagName[];
  if (flag !== undefined) throw usage(`profile diff: it takes no --${flag}`);
  const [one, other] = [loadProfile(a), loadProfile(b)];
  return json ? differenceJson(one, other) : differenceText([a, b], one, other);
}
