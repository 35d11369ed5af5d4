import { type RebootCause, rebootCauses } from "../../reboot.js";

/**
 * Causes with a short name. The watchdog is that of the processor that runs the commands. A supply that breaks down is a
 * power-up for the module. decided
 */
const named: Readonly<Record<string, RebootCause>> = {
  pin: "REBOOT_CAUSE_SECURITY_RESET_PIN",
  watchdog: "REBOOT_CAUSE_APPLICATION_WATCHDOG",
  brownout: "REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET",
};
const prefix = "REBOOT_CAUSE_";

/** The short names. */
export const shortCauses: readonly string[] = Object.keys(named);

/** A cause without what all causes begin with. */
export const causeText = (cause: RebootCause): string => cause.slice(prefix.length);

/** Every name of a cause but those with the prefix. */
export const causeWords: readonly string[] = [...shortCauses, ...rebootCauses.map(causeText)];

/** A cause by its short name, or as the banner has it, with or without the prefix. */
export const causeOf = (word: string): RebootCause | undefined =>
  Object.hasOwn(named, word.toLowerCase())
    ? named[word.toLowerCase()]
    : rebootCauses.find((cause) => cause === word.toUpperCase() || causeText(cause) === word.toUpperCase());
