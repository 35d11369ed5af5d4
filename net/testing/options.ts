import type { Profile } from "../../emulator/profile/profile.js";
import { profileFrom, type WrittenProfile } from "../../emulator/profile/profile-schema.js";
import { suggestion } from "../../emulator/profile/schema.js";
import type { BrokerOptions } from "../broker/broker.js";
import type { StartOptions } from "../start.js";
import { type Clock, scaledClock, systemClock } from "../time/clock.js";
import { type ManualClock, manualClock } from "../time/manual-clock.js";
import { UserError } from "../user-error.js";
import type { FrontEndOptions } from "./front-ends.js";

/** How a modem for a test is started. */
export interface TestOptions<C extends ClockChoice = ClockChoice>
  extends FrontEndOptions,
    Pick<StartOptions, "seed" | "nvm" | "epochAtStart" | "mappings" | "ports" | "onPortChange"> {
  /** Whole, or as a base and what differs: `{ base: "bc28", timing: "realistic" }`. Left out: a BC28 that takes no time. */
  readonly profile?: Profile | WrittenProfile;
  /** Left out: `"system"`, the machine's clock. `"manual"` stands still until `clock.advance`. */
  readonly clock?: C;
  /** Whom the broker lets in, and where it listens. Left out: everybody, a free port of 127.0.0.1. `false`: there is none. */
  readonly broker?: BrokerOptions | false;
}

const options: Readonly<Record<keyof TestOptions, true>> = {
  baud: true,
  broker: true,
  clock: true,
  epochAtStart: true,
  mappings: true,
  nvm: true,
  onPortChange: true,
  path: true,
  ports: true,
  profile: true,
  pty: true,
  seed: true,
};

/** A test in JavaScript is told of an option that there is not, which would change nothing. Throws a UserError. */
export function refuseUnlessKnown(given: object): void {
  const strange = Object.keys(given).find((name) => !Object.hasOwn(options, name));
  if (strange === undefined) return;
  throw new UserError(`startModem: there is no option ${strange}; ${suggestion(strange, Object.keys(options))}`, 2);
}

const parts = ["name", "timing", "identity", "surroundings", "quirks"] satisfies readonly (keyof Profile)[];

/** A profile that is whole already, or what is made of its base. Throws a UserError. */
export function profileOf(given: Profile | WrittenProfile): Profile {
  if (isWhole(given)) return given;
  const read = profileFrom(given);
  if ("problem" in read) throw new UserError(`profile: ${read.problem}`, 2);
  return read.profile;
}

const isWhole = (given: Profile | WrittenProfile): given is Profile =>
  !Object.hasOwn(given, "base") && parts.every((part) => Object.hasOwn(given, part));

/** The machine's clock, one in the test's hand, the machine's but so many times as fast, or one that there is already. */
export type ClockChoice = "system" | "manual" | { readonly scale: number } | Clock;

/** What comes of a choice. */
export type ChosenClock<C extends ClockChoice> = C extends "manual" ? ManualClock : C extends Clock ? C : Clock;

/** The clock that was chosen. */
export function clockOf(choice: ClockChoice = "system"): Clock {
  if (choice === "system") return systemClock();
  if (choice === "manual") return manualClock();
  if (typeof choice !== "object" || choice === null || !("now" in choice || "scale" in choice)) return refuse(choice);
  if ("now" in choice) return choice;
  const { scale } = choice;
  if (Number.isFinite(scale) && scale > 0) return scaledClock(scale);
  throw new UserError(`clock: { scale: ${scale} } is no speed; give a number above 0`, 2);
}

function refuse(choice: unknown): never {
  const chosen = JSON.stringify(choice);
  throw new UserError(`clock: ${chosen} is none; give "system", "manual", { scale: 60 } or a clock`, 2);
}
