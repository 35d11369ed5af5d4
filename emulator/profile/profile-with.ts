import { bc28 } from "./bc28.js";
import type { Profile } from "./profile.js";
import { setQuirks } from "./quirks.js";

/** The default profile with some quirks set by name and written value; throws where one is not to be had. */
export function profileWith(quirks: Readonly<Record<string, string>>): Profile {
  const set = setQuirks(bc28.quirks, Object.entries(quirks));
  if ("problem" in set) throw new RangeError(set.problem);
  return { ...bc28, quirks: set.quirks };
}
