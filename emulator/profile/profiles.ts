import { bc28 } from "./bc28.js";
import { bc35g } from "./bc35-g.js";
import type { Profile } from "./profile.js";

/** The profiles that there are, by name; the first is the default. */
export const profiles: ReadonlyMap<string, Profile> = new Map([bc28, bc35g].map((profile) => [profile.name, profile]));
