import { loadProfile } from "../net/storage/profile-file.js";
import type { UserError } from "../net/user-error.js";
import type { FlagName, Flags } from "./flags.js";
import { readOptions } from "./options.js";
import { differenceJson, differenceText, profileJson, profileText } from "./profile.js";
import { usage } from "./usage.js";

const misread = (message: string): UserError =>
  usage(`${message}; write bc28-emu profile [NAME|FILE] or bc28-emu profile diff A B`);

/** What `bc28-emu profile` prints, by the words behind it; throws a UserError (code 2) that names what is wrong. */
export function profileCommand(words: readonly string[], flags: Flags): string {
  return words[0] === "diff" ? diff(words.slice(1), flags) : show(words, flags);
}

/** All other flags may stand there too: it prints what a run with them would use. */
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
