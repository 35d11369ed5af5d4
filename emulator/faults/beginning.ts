import type { Millis } from "../../mqtt/packet.js";
import type { Effect } from "../io.js";
import type { Modem } from "../modem.js";
import type { FaultStatus } from "./fault.js";
import type { FollowedLink } from "./followed-link.js";

/** What became of sentences that were given. */
export type Added =
  | { readonly faults: readonly FaultStatus[]; readonly effects: readonly Effect[] }
  | { readonly problem: string };

/** The module as it is when its first fault is given. */
export interface Beginning {
  readonly modem: Modem;
  readonly seed: number;
  /** Whether someone looks at the events of every line and every packet. */
  readonly isTraced: boolean;
  readonly now: Millis;
  /** When it was switched on; undefined: it has had no power yet. */
  readonly poweredAt: Millis | undefined;
  /** The speed of its UART, in bits per second. */
  readonly baud: number;
  /** The link that is open, or is being opened. */
  readonly link: FollowedLink | undefined;
}
