import type { Profile } from "./profile.js";
import { writtenQuirk } from "./profile-rules.js";
import { type QuirkName, quirkTable } from "./quirks.js";

/** One field of a profile as text. */
export interface ProfileRow {
  readonly group: "timing" | "identity" | "surroundings" | "quirks";
  readonly name: string;
  readonly value: string;
}

/** A field that differs between two profiles. */
export interface ProfileDifference {
  readonly path: string;
  readonly values: readonly [string, string];
}

/** All fields of a profile in their order, without its name. */
export function rowsOf({ timing, identity, surroundings, quirks }: Profile): readonly ProfileRow[] {
  const names = Object.keys(quirkTable) as QuirkName[];
  return [
    { group: "timing", name: "timing", value: timing },
    ...Object.entries(identity).map(([name, value]) => row("identity", name, value)),
    ...Object.entries(surroundings).map(([name, value]) => row("surroundings", name, value)),
    ...names.map((name) => row("quirks", name, writtenQuirk(quirks, name))),
  ];
}

/** The fields that differ between two profiles, without their names. */
export function differences(one: Profile, other: Profile): readonly ProfileDifference[] {
  const others = new Map(rowsOf(other).map((row) => [pathOf(row), row.value]));
  return rowsOf(one).flatMap((row) => {
    const path = pathOf(row);
    const value = others.get(path) ?? "";
    return row.value === value ? [] : [{ path, values: [row.value, value] as const }];
  });
}

function row(group: ProfileRow["group"], name: string, value: string | number | readonly string[]): ProfileRow {
  return { group, name, value: plain(typeof value === "object" ? value.join(" / ") : String(value)) };
}

/** A value as text. It has quotes if it is empty, or begins or ends with a space. */
const plain = (text: string): string => (text === text.trim() && text !== "" ? text : `"${text}"`);

const pathOf = ({ group, name }: ProfileRow): string => (group === name ? name : `${group}.${name}`);
