import type { Octets } from "../../at/octets.js";
import type { NetworkSettings } from "../memory/network-settings.js";
import type { Surroundings } from "../profile/profile.js";
import type { Radio } from "./radio.js";

/** `<stat>` of AT+CEREG. */
export function registrationStat({ stage, network }: Radio): 0 | 1 | 2 | 3 | 5 {
  if (stage === "attached") return network === "roaming" ? 5 : 1;
  if (stage === "searching" || stage === "outOfReach") return 2;
  return stage === "denied" ? 3 : 0;
}

/** Why the network denies the registration: an EMM cause (24.301 9.9.3.9), and its name as AT+CEER prints it. decided */
export const denial = { cause: 15, words: "EMM_CAUSE_NO_SUITABLE_CELLS_IN_TRACKING_AREA" } as const;

/** `<cause_type>` 0, EMM cause; `<reject_cause>`. */
const denied = ["0", `${denial.cause}`] as const;

const nothing = ["", ""] as const;

/** `<stat>[,<tac>,<ci>,<AcT>[,<cause_type>,<reject_cause>][,<Active-Time>,<Periodic-TAU>]]` of AT+CEREG (AT manual). */
export function registration(radio: Radio, { cereg, cpsms }: NetworkSettings, { tac, cell }: Surroundings): Octets {
  const stat = registrationStat(radio);
  const registered = stat === 1 || stat === 5;
  const place = cereg >= 2 && registered ? [tac, cell, "9"] : ["", ...nothing];
  const cause = (cereg === 3 || cereg === 5) && stat === 3 ? denied : nothing;
  const saving = cereg >= 4 && registered && cpsms !== undefined ? [cpsms.active, cpsms.periodic] : nothing;
  return [stat, ...place, ...cause, ...saving].join(",").replace(/,+$/, "");
}
