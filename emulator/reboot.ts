import type { Millis } from "../mqtt/packet.js";

const families = {
  SECURITY: [
    "RESET_UNKNOWN",
    "SYSRESETREQ",
    "WATCHDOG",
    "SELF",
    "ALTBOOT",
    "REG_0",
    "REG_3",
    "STANDARD_CHIP_WATCHDOG",
    "UPDATER_CHIP_WATCHDOG",
    "PMU_POWER_ON_RESET",
    "RESET_PIN",
    "REGIONS_UPDATED",
    "FOTA_UPGRADE",
  ],
  SEUCRITY: ["SCAN_ENTER_EXIT"], // sic: the module's spelling
  PROTOCOL: ["SYSRESETREQ", "WATCHDOG", "MONITOR_REBOOT_REQ", "RPC_TIMEOUT", "IMSI_UPDATE"],
  APPLICATION: ["SYSRESETREQ", "WATCHDOG", "AT", "RPC_TIMEOUT"],
} as const;

type Families = typeof families;

/** The cause of a start, as the banner shows it. */
export type RebootCause =
  | { [F in keyof Families]: `REBOOT_CAUSE_${F}_${Families[F][number]}` }[keyof Families]
  | "REBOOT_CAUSE_UNKNOWN";

/** The 24 causes, in the AT manual's order. */
export const rebootCauses: readonly RebootCause[] = [
  ...Object.entries(families).flatMap(([family, causes]) =>
    causes.map((cause) => `REBOOT_CAUSE_${family}_${cause}` as RebootCause),
  ),
  "REBOOT_CAUSE_UNKNOWN",
];

/** A start: when it ends with the banner, and its cause. */
export interface Boot {
  readonly until: Millis;
  readonly cause: RebootCause;
}

/** The module is switched off. Its next start has this cause. */
export const off: Boot = {
  until: Number.POSITIVE_INFINITY,
  cause: "REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET",
};
