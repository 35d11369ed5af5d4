import { bc28 } from "./profiles/bc28.js";
import { type Quirks, setQuirk } from "./quirks.js";

/** Who the module says it is. Made up: no real device has these numbers. */
export interface Identity {
  readonly manufacturer: string;
  /** As ATI prints it. */
  readonly model: string;
  readonly firmware: string;
  readonly serialNumber: string;
  /** 15 digits, the last one by Luhn. */
  readonly imei: string;
  readonly imeisv: string;
  readonly svn: string;
}

/** A variant of the module: plain data. */
export interface Profile {
  readonly name: string;
  readonly identity: Identity;
  readonly quirks: Quirks;
}

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
