import type { Profile } from "../profile.js";
import { setQuirk } from "../quirks.js";
import { bc28 } from "./bc28.js";

/** The default profile with some quirks set by name and written value; throws where one is not to be had. */
export function profileWith(quirks: Readonly<Record<string, string>>): Profile {
  let profile = bc28;
  for (const [name, text] of Object.entries(quirks)) {
    const set = setQuirk(profile.quirks, name, text);
    if ("problem" in set) throw new RangeError(set.problem);
    profile = { ...profile, quirks: set.quirks };
  }
  return profile;
}
