import type { Profile } from "../../emulator/profile/profile.js";
import packageJson from "../../package.json" with { type: "json" };

/** What a run is. The first line of its trace tells it, beside the format and the calendar time (ISO 8601). */
export interface TraceHeader {
  /** The version of bc28-emu. */
  readonly program: string;
  readonly seed: number;
  /** The variant of the module, and the quirks that it has. */
  readonly profile: string;
  readonly quirks: object;
  readonly timing: string;
  readonly timeScale: number;
  /** The faults and scenarios of the command line. */
  readonly faults: readonly string[];
  readonly scenarios: readonly string[];
  /** Secrets are shown as they are; left out: they are masked. */
  readonly secrets?: true;
  /** The module that was recorded as far as it is known, as a profile in JSON; undefined: it is the one of these fields. */
  readonly module?: object;
}

/** What a run is known by. */
interface TracedRun {
  readonly profile: Pick<Profile, "name" | "quirks" | "timing">;
  readonly seed?: number;
  readonly timeScale?: number;
  readonly faults?: readonly string[];
  readonly scenarios?: readonly string[];
  readonly showsSecrets?: boolean;
}

/** The header of a run's trace. */
export function traceHeader({ profile, showsSecrets = false, ...run }: TracedRun): TraceHeader {
  const { name, quirks, timing } = profile;
  const { seed = 0, timeScale = 1, faults = [], scenarios = [] } = run;
  const header = { program: packageJson.version, profile: name, quirks, timing, seed, timeScale, faults, scenarios };
  return showsSecrets ? { ...header, secrets: true } : header;
}
