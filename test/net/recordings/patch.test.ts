import { expect, test } from "vitest";
import { bc28 } from "../../../emulator/profile/bc28.js";
import type { Profile } from "../../../emulator/profile/profile.js";
import { quirkTable, setQuirks } from "../../../emulator/profile/quirks.js";
import { Comparison } from "../../../net/recordings/comparison.js";
import { patchFor } from "../../../net/recordings/patch.js";
import { quirkSessions, recordedWith, sessionOf } from "./sessions.js";

/** The quirks that change nothing on the serial line; they show in MQTT packets. */
const hidden = ["aliSignMethod", "dup31"];

function profileWith(settings: readonly (readonly [name: string, value: string])[]): Profile {
  const set = setQuirks(bc28.quirks, settings);
  if ("problem" in set) throw new Error(set.problem);
  return { ...bc28, quirks: set.quirks };
}

const rows = Object.entries(quirkSessions).flatMap(([name, { session, values, within, given = [] }]) =>
  values.map((text) => {
    const [value = "", found = value] = text.split(":");
    return { name, value, found, session, within, given };
  }),
);

test("every quirk has a session, and every word of it is a row", () => {
  expect([...Object.keys(quirkSessions), ...hidden].sort()).toEqual(Object.keys(quirkTable).sort());
  for (const [name, { fallback, values }] of Object.entries(quirkTable)) {
    if (/\d-\d/.test(values) || hidden.includes(name)) continue;
    const others = values.split(" | ").filter((word) => word !== String(fallback));
    const { values: shown = [], silent = [] } = quirkSessions[name] ?? {};
    expect([...shown, ...silent].sort()).toEqual([...others].sort());
  }
});

test.each(rows)("$name=$value is explained by that quirk alone", ({ name, value, found, session, within, given }) => {
  const recording = recordedWith(profileWith([...given, [name, value]]), sessionOf(session));
  const comparison = new Comparison(recording);
  const compared = { profile: profileWith(given), seed: 0, within };
  expect(comparison.differences(compared)).not.toEqual([]);
  const { changes, left } = patchFor(comparison, compared);
  expect(left).toEqual([]);
  expect(changes.map(({ path }) => path)).toEqual([`quirks.${name}`]);
  expect(String(changes[0]?.value)).toBe(found);
});
