import { bc28 } from "../../emulator/profile/bc28.js";
import type { Profile } from "../../emulator/profile/profile.js";
import { writtenProfile } from "../../emulator/profile/profile-schema.js";
import { profiles } from "../../emulator/profile/profiles.js";

/** A profile in JSON, as a file for --profile: its base, and what differs from it. */
export function profileJson(profile: Profile): Readonly<Record<string, unknown>> {
  const base = profiles.get(profile.name) ?? bc28;
  const [ours, theirs] = [writtenProfile(profile), writtenProfile(base)] as readonly [Fields, Fields];
  const groups = ["identity", "surroundings", "quirks"].map((group) => [
    group,
    differing(ours[group] as Fields, theirs[group] as Fields),
  ]);
  return Object.fromEntries([
    ["base", base.name],
    ...groups.filter(([, fields]) => Object.keys(fields ?? {}).length > 0),
  ]);
}

type Fields = Readonly<Record<string, unknown>>;

const differing = (ours: Fields, theirs: Fields): Fields =>
  Object.fromEntries(
    Object.entries(ours).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(theirs[name])),
  );
