import type { TimingName } from "../radio/timing.js";
import { bc28 } from "./bc28.js";
import type { Identity, Profile, Surroundings } from "./profile.js";
import { identityRules, nameRule, quirkRules, surroundingsRules, timingRule, writtenQuirk } from "./profile-rules.js";
import { profiles } from "./profiles.js";
import { type QuirkName, type Quirks, quirkTable } from "./quirks.js";
import { type Check, type Checked, type Shape, shown, some, suggestion } from "./schema.js";

/** The fields in which a profile differs from its base. */
export interface ProfileChange {
  readonly name?: string;
  readonly timing?: TimingName;
  readonly identity?: Partial<Identity>;
  readonly surroundings?: Partial<Surroundings>;
  readonly quirks?: Partial<Quirks>;
}

/** A profile in JSON: a base, and the fields that differ from it. */
export interface WrittenProfile extends ProfileChange {
  readonly base: string;
}

const changeRules: Shape<ProfileChange> = {
  name: nameRule,
  timing: timingRule,
  identity: some(identityRules),
  surroundings: some(surroundingsRules),
  quirks: some(quirkRules),
};

/** Reads a change of a profile (parsed JSON). A `problem` is one line that names the key. */
export const changeFrom = (json: unknown): Checked<ProfileChange> => some(changeRules)(json, "");

/** Reads a profile (parsed JSON). A `problem` is one line that names the key: `identity.imei: "123" is not …`. */
export function profileFrom(
  json: unknown,
  bases: ReadonlyMap<string, Profile> = profiles,
): { readonly profile: Profile } | { readonly problem: string } {
  const names = [...bases.keys()];
  const baseRule: Check<string> = (name, path) =>
    typeof name === "string" && bases.has(name)
      ? { value: name }
      : {
          problem: `${path}: ${shown(name)} is no profile; ${suggestion(typeof name === "string" ? name : "", names)}`,
        };
  const rules = { base: baseRule, ...changeRules };
  const checked = some<WrittenProfile>(rules)(json, "");
  if ("problem" in checked) return checked;
  const base = bases.get(checked.value.base ?? "");
  if (base === undefined) return { problem: `base: it is missing; there are: ${names.join(", ")}` };
  return { profile: changed(base, checked.value) };
}

/** A profile with a change. The IMEISV and the decimal cell ID are derived again, unless they are given. */
export function changed(base: Profile, { name, timing, identity, surroundings, quirks }: ProfileChange): Profile {
  return {
    name: name ?? base.name,
    timing: timing ?? base.timing,
    identity: { ...base.identity, ...imeisvOf(base.identity, identity), ...identity },
    surroundings: { ...base.surroundings, ...cellIdOf(surroundings), ...surroundings },
    quirks: { ...base.quirks, ...quirks },
  };
}

/** The IMEISV is the IMEI with the software version in place of the check digit (3GPP 23.003 6.2.2). */
function imeisvOf({ imei, svn }: Identity, given: Partial<Identity> = {}): Partial<Identity> {
  if (given.imei === undefined && given.svn === undefined) return {};
  return { imeisv: `${(given.imei ?? imei).slice(0, 14)}${given.svn ?? svn}` };
}

/** The decimal cell ID of AT+NUESTATS is the hexadecimal one of AT+CEREG. */
const cellIdOf = ({ cell }: Partial<Surroundings> = {}): Partial<Surroundings> =>
  cell === undefined ? {} : { cellId: Number.parseInt(cell, 16) };

/** A whole profile in the form that `profileFrom` reads. */
export function writtenProfile({ name, timing, identity, surroundings, quirks }: Profile): unknown {
  const base = profiles.has(name) ? name : bc28.name; // any base is right, because all fields are written
  return { base, name, timing, identity, surroundings, quirks: writtenQuirks(quirks) };
}

function writtenQuirks(quirks: Quirks): Readonly<Record<string, string | number>> {
  const names = Object.keys(quirkTable) as QuirkName[];
  return Object.fromEntries(
    names.map((name) => {
      const written = writtenQuirk(quirks, name);
      return [name, String(quirks[name]) === written ? quirks[name] : written];
    }),
  );
}
