import { bc28 } from "../../emulator/profile/bc28.js";
import type { Profile } from "../../emulator/profile/profile.js";
import { changed, changeFrom, profileFrom } from "../../emulator/profile/profile-schema.js";
import { profiles } from "../../emulator/profile/profiles.js";
import { openTrace, type ReadHeader } from "../trace/read-trace.js";
import { UserError } from "../user-error.js";
import { type Recording, recordingOf } from "./recording.js";

/** A recording from a file. */
export interface LoadedRecording {
  readonly recording: Recording;
  /** What the recorded module is, as far as the first line of the file tells it. */
  readonly profile: Profile;
  readonly seed: number;
  /** What a reader should know of the file, one line each. */
  readonly notes: readonly string[];
}

/**
 * Loads a recording: a file of `tap`, or a trace of the emulator.
 * @throws UserError (code 1) that names the file and what is wrong with it
 */
export async function loadRecording(path: string): Promise<LoadedRecording> {
  const trace = await openTrace(path, process.stdin);
  const recording = await recordingOf(trace.events);
  if (typeof recording === "string") throw new UserError(`recording ${JSON.stringify(path)}: ${recording}`);
  const notes = [
    ...(trace.isCut ? ["its last line is not complete, and was left out"] : []),
    ...(recording.lost > 0
      ? [`${recording.lost} events are missing in it: the disk was too slow, or they had too many bytes`]
      : []),
  ];
  return { recording, profile: profileIn(trace.header), seed: trace.header.seed, notes };
}

/** What the first line tells of the module; of what this version does not know, nothing is taken. */
export function profileIn(header: ReadHeader): Profile {
  const { module, profile: name, quirks, timing } = header as ReadHeader & { readonly module?: unknown };
  const written = module === undefined ? undefined : profileFrom(module);
  if (written !== undefined && "profile" in written) return written.profile;
  const base = profiles.get(name) ?? bc28;
  const known = Object.entries(quirks).flatMap(([quirk, value]) => {
    const change = changeFrom({ quirks: { [quirk]: value } });
    return "value" in change ? [[quirk, value]] : [];
  });
  const change = changeFrom({ quirks: Object.fromEntries(known), timing });
  return "value" in change ? changed(base, change.value) : base;
}
