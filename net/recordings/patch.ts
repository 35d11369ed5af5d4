import type { Profile } from "../../emulator/profile/profile.js";
import { type Candidate, candidatesFor } from "./candidates.js";
import type { Compared, Comparison } from "./comparison.js";
import type { Difference } from "./differences.js";

/** A change of one field that brings the emulator nearer to the recorded module. */
export interface Explanation {
  readonly path: string;
  readonly value: Candidate["value"];
  /** Other values of this field that explain as much. */
  readonly others: readonly Candidate["value"][];
  /** How many differences are gone with it. */
  readonly explains: number;
}

/** The changes that explain a recording, and what they leave. */
export interface Patch {
  readonly changes: readonly Explanation[];
  readonly profile: Profile;
  /** What no quirk and no field explains. */
  readonly left: readonly Difference[];
}

/** How many fields are changed at most. */
const maxChanges = 60;
/** A change must bring the emulator nearer by more than this. */
const leastGain = 1e-9;

interface Best {
  readonly candidate: Candidate;
  readonly others: readonly Candidate["value"][];
  readonly distance: number;
}

interface Chosen {
  readonly candidate: Candidate;
  readonly others: readonly Candidate["value"][];
  readonly before: number;
  readonly after: number;
}

/**
 * Tries every quirk and every field, one after the other, and keeps the one that brings the emulator nearest to the recorded
 * module; again until nothing helps any more. A change that the later ones have made needless is taken back.
 */
export function patchFor(comparison: Comparison, compared: Compared): Patch {
  const chosen: Chosen[] = [];
  let { profile } = compared;
  const measure = (tried: Profile): number => comparison.distance({ ...compared, profile: tried });
  let distance = measure(profile);
  while (distance > 0 && chosen.length < maxChanges) {
    const differences = comparison.differences({ ...compared, profile });
    const best = bestOf(candidatesFor(comparison, differences, profile), profile, measure);
    if (best === undefined || best.distance > distance - leastGain) break;
    profile = best.candidate.apply(profile);
    const left = comparison.differences({ ...compared, profile }).length;
    chosen.push({ ...best, before: differences.length, after: left });
    distance = best.distance;
  }
  const kept = needed(chosen, compared.profile, distance, measure);
  const patched = kept.reduce((all, { candidate }) => candidate.apply(all), compared.profile);
  return {
    changes: kept.map(({ candidate: { path, value }, others, before, after }) => ({
      ...{ path, value, others },
      explains: before - after,
    })),
    profile: patched,
    left: comparison.differences({ ...compared, profile: patched }),
  };
}

/** The candidate that brings the emulator nearest, of equal ones the first. Behind one that explains all no other field is tried. */
function bestOf(
  candidates: readonly Candidate[],
  profile: Profile,
  measure: (tried: Profile) => number,
): Best | undefined {
  let best: Best | undefined;
  for (const candidate of candidates) {
    if (best?.distance === 0 && candidate.path !== best.candidate.path) continue;
    const distance = measure(candidate.apply(profile));
    if (best === undefined || distance < best.distance - leastGain) best = { candidate, others: [], distance };
    else if (Math.abs(distance - best.distance) < leastGain && candidate.path === best.candidate.path)
      best = { ...best, others: [...best.others, candidate.value] };
  }
  return best;
}

/** The changes without those that change nothing any more, and of two for one field the later one. */
function needed(
  chosen: readonly Chosen[],
  base: Profile,
  distance: number,
  measure: (tried: Profile) => number,
): readonly Chosen[] {
  let kept = chosen;
  for (const one of chosen) {
    const others = kept.filter((other) => other !== one);
    const profile = others.reduce((all, { candidate }) => candidate.apply(all), base);
    if (measure(profile) <= distance + leastGain) kept = others;
  }
  return kept;
}
