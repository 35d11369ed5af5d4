import { bc28 } from "../emulator/profile/bc28.js";
import type { Profile } from "../emulator/profile/profile.js";
import { changed, changeFrom } from "../emulator/profile/profile-schema.js";
import { quirkTable, setQuirks } from "../emulator/profile/quirks.js";
import { loadProfile } from "../net/storage/profile-file.js";
import type { Flags } from "./flags.js";
import { usage } from "./usage.js";

/** The profile with all that the flags change in it; `first` are quirks that go before those of the flags. */
export function effectiveProfile(flags: Flags, first: readonly string[]): Profile {
  const base = flags.profile === undefined ? bc28 : loadProfile(flags.profile);
  return withQuirks(changedByFlags(base, flags), [...first, ...(flags.quirk ?? [])]);
}

function changedByFlags(base: Profile, flags: Flags): Profile {
  const { timing, imei, imsi, iccid, operator, address, apn } = flags;
  const given = { identity: { imei, imsi, iccid }, surroundings: { operator, address, apn } };
  const change = changeFrom(JSON.parse(JSON.stringify({ timing, ...given }))); // leaves out what is not there
  if ("problem" in change) throw usage(`--${change.problem.replace(/^\w+\./, "")}`);
  return changed(base, change.value);
}

function withQuirks(base: Profile, settings: readonly string[]): Profile {
  const set = setQuirks(base.quirks, settings.map(nameAndValue));
  if ("problem" in set) throw usage(`--quirk: ${set.problem}`);
  return { ...base, quirks: set.quirks };
}

function nameAndValue(setting: string): readonly [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw usage(`--quirk ${JSON.stringify(setting)}: write NAME=VALUE; names: ${Object.keys(quirkTable).join(", ")}`);
}
