import { Modem } from "../../emulator/modem.js";
import type { Surroundings } from "../../emulator/profile/profile.js";
import { profileWith } from "../../emulator/profile/profiles.js";
import { timings } from "../../emulator/radio/timing.js";
import type { Script } from "./script.js";

const isTiming = (name: string): name is keyof typeof timings => Object.hasOwn(timings, name);

/** The surroundings with some of them set; a number stays a number. */
function surroundingsWith(standard: Surroundings, set: Script["surroundings"]): Surroundings {
  const known: Readonly<Record<string, string | number>> = { ...standard };
  const changes = Object.entries(set).map(([name, text]): [string, string | number] => {
    if (known[name] === undefined) throw new SyntaxError(`there is no "${name}" in the surroundings`);
    return [name, typeof known[name] === "number" ? Number(text) : text];
  });
  return { ...standard, ...Object.fromEntries(changes) };
}

/** A new modem as a conversation wants it. */
export function deviceOf({ quirks, surroundings, timing, seed, epoch }: Script): Modem {
  if (!isTiming(timing)) throw new SyntaxError(`there is no timing "${timing}"`);
  const epochAtStart = Date.parse(epoch);
  if (Number.isNaN(epochAtStart) || !/^\d+$/.test(seed)) throw new SyntaxError("a seed is a number, an epoch a date");
  const standard = profileWith(quirks);
  const profile = { ...standard, timing, surroundings: surroundingsWith(standard.surroundings, surroundings) };
  return new Modem({ profile, seed: Number(seed), epochAtStart });
}
