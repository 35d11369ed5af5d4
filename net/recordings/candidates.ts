import type { Octets } from "../../at/octets.js";
import type { Profile } from "../../emulator/profile/profile.js";
import { changed, changeFrom, type ProfileChange } from "../../emulator/profile/profile-schema.js";
import { isQuirk, type QuirkName, quirkTable, setQuirk } from "../../emulator/profile/quirks.js";
import type { Comparison } from "./comparison.js";
import { type Difference, fieldsOf } from "./differences.js";
import { factsOf } from "./facts.js";
import type { PlacedLine } from "./recording.js";

/** One field of a profile with a value that may explain differences. */
export interface Candidate {
  /** `quirks.prompt`, `identity.imei`. */
  readonly path: string;
  /** The value as a profile in JSON has it. */
  readonly value: string | number | readonly string[];
  /** A profile with this value. */
  apply(profile: Profile): Profile;
}

/** How many values of one quirk are tried at most, those first that stand nearest to a difference. decided */
const maxValues = 30;

/** All values of fields and quirks that are worth a try, made from the recording and the differences that are left. */
export function candidatesFor(
  comparison: Comparison,
  differences: readonly Difference[],
  profile: Profile,
): readonly Candidate[] {
  const quirks = (Object.keys(quirkTable) as QuirkName[]).flatMap((name) =>
    quirkCandidates(name, comparison, differences),
  );
  return [...fieldCandidates(comparison, differences, profile), ...quirks];
}

function quirkCandidates(
  name: QuirkName,
  comparison: Comparison,
  differences: readonly Difference[],
): readonly Candidate[] {
  const { values } = quirkTable[name];
  const range = /(\d+)-(\d+)( \w+)?$/.exec(values);
  const words = range === null ? values.split(" | ") : [...numbersFor(name, comparison, differences)].map(String);
  const none = values.startsWith("none") ? ["none"] : [];
  return [...none, ...words].flatMap((word) => quirkCandidate(name, word));
}

function quirkCandidate(name: string, word: string): readonly Candidate[] {
  if (!isQuirk(name) || quirkTable[name].read(word) === undefined) return [];
  return [
    {
      path: `quirks.${name}`,
      value: word,
      apply(profile) {
        const set = setQuirk(profile.quirks, name, word);
        return "quirks" in set ? { ...profile, quirks: set.quirks } : profile;
      },
    },
  ];
}

/** Numbers that a quirk may have, taken from what the recording shows. */
function numbersFor(name: QuirkName, comparison: Comparison, differences: readonly Difference[]): Iterable<number> {
  if (name === "topicsPerRequest") return topicCounts(comparison);
  if (name === "maxInbound") return packetSizes(comparison);
  return new Set([...spansAt(comparison, differences), ...pausesOf(comparison)].slice(0, maxValues));
}

/** The counts of topics in the requests of the host, and each one less; 0 is no limit. */
function topicCounts({ recording }: Comparison): Iterable<number> {
  const counts = recording.inputs.flatMap((input) => {
    const list = input.kind === "line" ? /\+QMT(SUB|UNS)=(.*)$/i.exec(input.line) : null;
    if (list === null) return [];
    const words = (list[2] ?? "").split(",").length - 2;
    return [/SUB/i.test(list[1] ?? "") ? Math.ceil(words / 2) : words];
  });
  return new Set([...counts.flatMap((count) => [count, count - 1]), 0].filter((count) => count >= 0));
}

/** The sizes of the packets with the messages that the module has handed on. */
function packetSizes({ recording }: Comparison): Iterable<number> {
  const sizes = factsOf(recording).flatMap((fact) =>
    fact.of === "message" ? [fact.topic.length + fact.payload.length + 9] : [],
  );
  return new Set(sizes.length === 0 ? [] : [Math.max(...sizes)]);
}

/** How long before each line that differs the host spoke last, in ms. */
function spansAt({ recording: { said } }: Comparison, differences: readonly Difference[]): Iterable<number> {
  const lines = differences.flatMap(({ recorded }) => recorded ?? []);
  const spans = lines.flatMap(({ t, after }) => {
    const before = said.slice(0, after + 1).filter(({ by }) => by === "host");
    return before.slice(-2).map((host) => Math.round(t - host.t));
  });
  return new Set(median(spans).filter((span) => span > 0));
}

/** The spans, the middle one first: it is the likeliest where many are nearly the same. */
function median(spans: readonly number[]): readonly number[] {
  const sorted = [...spans].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  return middle === undefined ? [] : [middle, ...spans];
}

/** The pauses of the host, in ms, and what lies just below and above them. */
function pausesOf({ recording: { said } }: Comparison): Iterable<number> {
  const times = said.filter(({ by }) => by === "host").map(({ t }) => t);
  const pauses = times.slice(1).map((t, at) => Math.round(t - (times[at] ?? t)));
  return new Set([...new Set(pauses)].flatMap((pause) => [pause, pause - 1, pause + 1]).filter((pause) => pause >= 0));
}

/** The fields that are part of a line where the recording has another value. */
function fieldCandidates(
  comparison: Comparison,
  differences: readonly Difference[],
  profile: Profile,
): readonly Candidate[] {
  const pairs = differences.flatMap(({ recorded, emulated }) =>
    recorded && emulated ? [[recorded.text, emulated.text] as const] : [],
  );
  const found = (["identity", "surroundings"] as const).flatMap((group) =>
    Object.entries(profile[group]).flatMap(([name, value]) =>
      typeof value === "object"
        ? []
        : [...new Set(pairs.flatMap(([recorded, emulated]) => valuesIn(recorded, emulated, String(value))))].flatMap(
            (text) => fieldCandidate(group, name, typeof value === "number" ? Number(text) : text),
          ),
    ),
  );
  const begun = begins.flatMap(([name, value]) => fieldCandidate("surroundings", name, value));
  return [...found, ...revisionCandidates(comparison), ...begun];
}

/** How the radio may be when a run begins: words that no answer has. */
const begins: readonly (readonly [name: string, value: string])[] = [
  ["sim", "out"],
  ["coverage", "off"],
  ["network", "roaming"],
  ["network", "denied"],
  ["network", "searching"],
];

/** The values that the recording has in the place of a field's value. */
function valuesIn(recorded: Octets, emulated: Octets, value: string): readonly string[] {
  if (value === "") return [];
  const whole = replaced(recorded, emulated, value);
  const [ours, theirs] = [fieldsOf(recorded), fieldsOf(emulated)];
  const single =
    ours.length === theirs.length ? theirs.flatMap((field, at) => replaced(ours[at] ?? "", field, value)) : [];
  return [...whole, ...single];
}

/** What stands in `recorded` at each place where `value` stands in `emulated`, if all around it is the same. */
function replaced(recorded: Octets, emulated: Octets, value: string): readonly string[] {
  const found: string[] = [];
  for (let at = emulated.indexOf(value); at >= 0; at = emulated.indexOf(value, at + 1)) {
    const [before, behind] = [emulated.slice(0, at), emulated.slice(at + value.length)];
    const fits = recorded.startsWith(before) && recorded.endsWith(behind);
    const text = recorded.slice(before.length, recorded.length - behind.length);
    if (fits && recorded.length >= before.length + behind.length && text !== value) found.push(text);
  }
  return found;
}

function fieldCandidate(
  group: "identity" | "surroundings",
  name: string,
  value: Candidate["value"],
): readonly Candidate[] {
  const change = changeFrom({ [group]: { [name]: value } });
  if ("problem" in change) return [];
  return [{ path: `${group}.${name}`, value, apply: (profile) => changedAlone(profile, change.value) }];
}

/** A profile with a change and nothing that follows from it: what else differs is found by itself. */
function changedAlone(profile: Profile, change: ProfileChange): Profile {
  const { identity, surroundings } = profile;
  return {
    ...changed(profile, change),
    identity: { ...identity, ...change.identity },
    surroundings: { ...surroundings, ...change.surroundings },
  };
}

/** The lines of AT+CGMR's answer. */
function revisionCandidates({ recording, lines }: Comparison): readonly Candidate[] {
  const asked = recording.inputs.find((input) => input.kind === "line" && /^at\+cgmr$/i.test(input.line));
  if (asked === undefined) return [];
  const answer: PlacedLine[] = [];
  for (const line of lines.filter(({ t }) => t >= asked.t)) {
    if (line.text === "OK" || line.text === "ERROR") break;
    if (!/^at\+cgmr/i.test(line.text)) answer.push(line);
  }
  const revision = answer.flatMap(({ text }) => text.split("\r\n"));
  return revision.length === 0 ? [] : fieldCandidate("identity", "revision", revision);
}
