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

/** `<tac>` and `<ci>` while the module is not registered. field */
const nowhere = ["0000", "00000000"] as const;

const nothing = ["", ""] as const;

/**
 * `<stat>[,<tac>,<ci>,<AcT>[,<cause_type>,<reject_cause>[,<Active-Time>,<Periodic-TAU>]]]` of AT+CEREG. From n=2 on the place
 * is there in every state, `<ci>` has 8 digits, and from n=4 on all fields are there, empty or not (field).
 */
export function registration(radio: Radio, { cereg, cpsms }: NetworkSettings, { tac, cell }: Surroundings): Octets {
  const stat = registrationStat(radio);
  if (cereg < 2) return String(stat);
  const registered = stat === 1 || stat === 5;
  const place = registered ? [tac.padStart(4, "0"), cell.padStart(8, "0")] : nowhere;
  const isCauseTold = (cereg === 3 || cereg === 5) && stat === 3;
  const withoutCause = cereg >= 4 ? nothing : [];
  const cause = isCauseTold ? denied : withoutCause;
  const timers = registered && cpsms !== undefined ? [cpsms.active, cpsms.periodic] : nothing;
  return [stat, ...place, "9", ...cause, ...(cereg >= 4 ? timers : [])].join(",");
}
