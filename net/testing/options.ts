import type { Profile } from "../../emulator/profile/profile.js";
import { profileFrom, type WrittenProfile } from "../../emulator/profile/profile-schema.js";
import { suggestion } from "../../emulator/profile/schema.js";
import type { BrokerOptions } from "../broker/broker.js";
import type { StartOptions } from "../start.js";
import { type Clock, scaledClock, systemClock } from "../time/clock.js";
import { type ManualClock, manualClock } from "../time/manual-clock.js";
import { UserError } from "../user-error.js";
import type { FrontEndOptions } from "./front-ends.js";

/** How a test modem is started. All options may be left out. */
export interface TestOptions<C extends ClockChoice = ClockChoice>
  extends FrontEndOptions,
    Pick<
      StartOptions,
      "seed" | "nvm" | "faults" | "scenarios" | "epochAtStart" | "mappings" | "offline" | "ports" | "onPortChange"
    > {
  /**
   * A whole profile, or a base and what differs from it: `{ base: "bc28", timing: "realistic" }`. Left out: a BC28 whose
   * answers and network take no time.
   */
  readonly profile?: Profile | WrittenProfile;
  /** Left out: `"system"`, the machine's clock. With `"manual"` time stands still until `clock.advance(ms)`. */
  readonly clock?: C;
  /** The embedded broker. Left out: it accepts every client, on a free port of 127.0.0.1. `false`: there is none. */
  readonly broker?: BrokerOptions | false;
  /** A file to which `close` adds what the host has met, over tests; `bc28-emu coverage FILE` prints it. Left out: none. */
  readonly coverage?: string;
}

/** All options, so that the compiler reports one that is missing here. */
const options: Readonly<Record<keyof TestOptions, true>> = {
  baud: true,
  broker: true,
  clock: true,
  coverage: true,
  epochAtStart: true,
  faults: true,
  mappings: true,
  nvm: true,
  offline: true,
  onPortChange: true,
  path: true,
  ports: true,
  profile: true,
  pty: true,
  scenarios: true,
  seed: true,
};

/** Throws a UserError (code 2) that names the first unknown option; in JavaScript it would change nothing otherwise. */
export function refuseUnlessKnown(given: object): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(options, name));
  if (unknown === undefined) return;
  throw new UserError(`startModem: there is no option ${unknown}; ${suggestion(unknown, Object.keys(options))}`, 2);
}

/** The parts that a whole profile has. */
const parts = ["name", "timing", "identity", "surroundings", "quirks"] satisfies readonly (keyof Profile)[];

/** The whole profile that is meant. Throws a UserError (code 2) that says what is wrong with it. */
export function profileOf(given: Profile | WrittenProfile): Profile {
  if (isWhole(given)) return given;
  const read = profileFrom(given);
  if ("problem" in read) throw new UserError(`profile: ${read.problem}`, 2);
  return read.profile;
}

const isWhole = (given: Profile | WrittenProfile): given is Profile =>
  !Object.hasOwn(given, "base") && parts.every((part) => Object.hasOwn(given, part));

/** Which clock: the machine's, a manual one, the machine's running `scale` times as fast, or a clock object. */
export type ClockChoice = "system" | "manual" | { readonly scale: number } | Clock;

/** The type of the clock for a choice. */
export type ChosenClock<C extends ClockChoice> = C extends "manual" ? ManualClock : C extends Clock ? C : Clock;

/** The clock for a choice. Throws a UserError (code 2) for any other value. */
export function clockOf(choice: ClockChoice = "system"): Clock {
  if (choice === "system") return systemClock();
  if (choice === "manual") return manualClock();
  if (typeof choice !== "object" || choice === null || !("now" in choice || "scale" in choice)) return refuse(choice);
  if ("now" in choice) return choice;
  const { scale } = choice;
  if (Number.isFinite(scale) && scale > 0) return scaledClock(scale);
  throw new UserError(`clock: { scale: ${scale} } is not a speed; give a number above 0`, 2);
}

function refuse(choice: unknown): never {
  const chosen = JSON.stringify(choice);
  throw new UserError(`clock: ${chosen} is not a clock; give "system", "manual", { scale: 60 } or a clock`, 2);
}
