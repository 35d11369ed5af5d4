import { type Clock, scaledClock, systemClock } from "../time/clock.js";
import { type ManualClock, manualClock } from "../time/manual-clock.js";
import { UserError } from "../user-error.js";

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
