import { bc28 } from "./bc28.js";
import { bc35g } from "./bc35-g.js";
import type { Profile } from "./profile.js";
import { setQuirks } from "./quirks.js";

/** The built-in profiles by name. The first is the default. */
export const profiles: ReadonlyMap<string, Profile> = new Map([bc28, bc35g].map((profile) => [profile.name, profile]));

/** The default profile with quirks set by name and value. Throws a RangeError where a name or a value is unknown. */
export function profileWith(quirks: Readonly<Record<string, string>>): Profile {
  const set = setQuirks(bc28.quirks, Object.entries(quirks));
  if ("problem" in set) throw new RangeError(set.problem);
  return { ...bc28, quirks: set.quirks };
}
