import { Comparison } from "../../net/recordings/comparison.js";
import { countOf, differencesText, patchText } from "../../net/recordings/comparison-text.js";
import type { Difference } from "../../net/recordings/differences.js";
import { loadRecording } from "../../net/recordings/load-recording.js";
import { type Patch, patchFor } from "../../net/recordings/patch.js";
import { profileJson } from "../../net/recordings/profile-json.js";
import { usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";
import type { Flags } from "../flags.js";
import { effectiveProfile } from "../options.js";

/** A recording that was compared. */
interface Result {
  readonly file: string;
  readonly comparison: Comparison;
  readonly notes: readonly string[];
  readonly differences: readonly Difference[];
  readonly patch: Patch | undefined;
}

/** `bc28-emu compare`: plays recordings to the emulator, and tells where it differs; then the code is 1. */
export async function run({ words: files, flags }: Call): Promise<Outcome> {
  if (files.length === 0) throw usage("compare needs recordings: bc28-emu compare FILE...");
  const within = readWithin(flags.within);
  const results: Result[] = [];
  for (const file of files) results.push(await compare(file, flags, within));
  const code = results.some(({ differences }) => differences.length > 0) ? 1 : 0;
  const text = flags.json
    ? JSON.stringify(results.map(resultJson), undefined, 2)
    : results.flatMap(resultText).join("\n");
  return { text, code };
}

async function compare(file: string, flags: Flags, within: number | undefined): Promise<Result> {
  const { recording, profile: recorded, seed, notes } = await loadRecording(file);
  const comparison = new Comparison(recording);
  const compared = { profile: effectiveProfile(flags, [], recorded), seed, within };
  const differences = comparison.differences(compared);
  const patch = flags.patch && differences.length > 0 ? patchFor(comparison, compared) : undefined;
  return { file, comparison, notes, differences, patch };
}

function resultText({ file, comparison, notes, differences, patch }: Result): readonly string[] {
  const { recording, lines } = comparison;
  const count = differences.length === 0 ? "agrees" : countOf(differences.length);
  return [
    `${file}: ${count}, of ${lines.length} lines of the module`,
    ...notes.map((note) => `  note: ${note}`),
    ...differencesText(recording, differences),
    ...(patch === undefined ? [] : ["", ...patchText(patch, profileJson(patch.profile))]),
    ...(patch === undefined || patch.changes.length === 0 ? [] : differencesText(recording, patch.left)),
  ];
}

function resultJson({ file, comparison, notes, differences, patch }: Result): object {
  return {
    file,
    lines: comparison.lines.length,
    notes,
    differences,
    ...(patch && {
      patch: { changes: patch.changes, profile: profileJson(patch.profile), left: patch.left },
    }),
  };
}

function readWithin(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,8}$/.test(text)) return Number(text);
  throw usage(`--within ${JSON.stringify(text)}: give ms, 0 to 99999999`);
}
