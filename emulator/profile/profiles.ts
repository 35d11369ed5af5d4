import { bc28 } from "./bc28.js";
import { bc35g } from "./bc35-g.js";
import type { Profile } from "./profile.js";
import { setQuirks } from "./quirks.js";

/** The profiles that there are, by name; the first is the default. */
export const profiles: ReadonlyMap<string, Profile> = new Map([bc28, bc35g].map((profile) => [profile.name, profile]));

/** The default profile with some quirks set by name and written value; throws where one is not to be had. */
export function profileWith(quirks: Readonly<Record<string, string>>): Profile {
  const set = setQuirks(bc28.quirks, Object.entries(quirks));
  if ("problem" in set) throw new RangeError(set.problem);
  return { ...bc28, quirks: set.quirks };
}
