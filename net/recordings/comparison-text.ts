import { printable } from "../../at/octets.js";
import type { Millis } from "../time/clock.js";
import type { Difference, DifferenceKind } from "./differences.js";
import type { Patch } from "./patch.js";
import type { Recording } from "./recording.js";

/** What each kind of difference means. */
const kinds: { readonly [K in DifferenceKind]: string } = {
  missing: "the emulator does not say it",
  extra: "the recorded module did not say it",
  shape: "different by shape",
  value: "different by value",
  order: "out of order",
  time: "at another time",
};

const time = (t: Millis): string => (t / 1000).toFixed(3).padStart(10);

/** Differences as text, each with its lines and times, behind the host's line that came before it. */
export function differencesText(recording: Recording, differences: readonly Difference[]): readonly string[] {
  let lastHost = "";
  return differences.flatMap(({ kind, recorded, emulated }) => {
    const { t, line } = hostLineBefore(recording, (recorded ?? emulated)?.after ?? -1);
    const host = line === "" ? "" : `${time(t)}  host      ${line}`;
    const heading = host === lastHost || host === "" ? [] : [host];
    lastHost = host;
    const shown = (line: { readonly raw: string; readonly text: string }): string =>
      kind === "shape" ? printable(line.raw) : printable(line.text);
    return [
      ...heading,
      ...(recorded === undefined ? [] : [`${time(recorded.t)}  recorded  ${shown(recorded)}`]),
      ...(emulated === undefined ? [] : [`${time(emulated.t)}  emulated  ${shown(emulated)}`]),
      `${" ".repeat(12)}${kinds[kind]}`,
    ];
  });
}

/** The host's line up to an element of a recording, and its time. */
function hostLineBefore({ inputs }: Recording, index: number): { readonly t: Millis; readonly line: string } {
  const last = inputs.findLast((input) => input.index <= index && input.kind === "line");
  return { t: last?.t ?? 0, line: last?.kind === "line" ? last.line : "" };
}

/** What a patch explains, and what nothing explains. */
export function patchText({ changes, left }: Patch, json: object): readonly string[] {
  const found = changes.map(({ path, value, others, explains }) => {
    const also = others.length === 0 ? "" : `; as good: ${others.slice(0, maxOthers).map(shownValue).join(", ")}`;
    return `  ${path}=${shownValue(value)} explains ${countOf(explains)}${also}`;
  });
  return [
    ...(found.length === 0
      ? ["No quirk and no field explains any of it."]
      : ["A profile with these values is nearer:", ...found]),
    ...(found.length === 0 ? [] : ["", "As a file for --profile:", JSON.stringify(json, undefined, 2)]),
    ...(left.length === 0 || found.length === 0 ? [] : ["", `No quirk and no field explains ${countOf(left.length)}:`]),
  ];
}

/** A value of a field; one with a blank stands in quotes. */
function shownValue(value: string | number | readonly string[]): string {
  const text = typeof value === "object" ? value.join(" / ") : String(value);
  return text.includes(" ") ? `"${text}"` : text;
}

/** How many other values of a field are told. */
const maxOthers = 5;

/** `1 difference`, `3 differences`. */
export const countOf = (count: number): string => (count === 1 ? "1 difference" : `${count} differences`);
