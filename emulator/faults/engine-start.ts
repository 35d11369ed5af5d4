import type { Millis } from "../../mqtt/packet.js";
import type { Modem } from "../modem.js";
import type { FollowedLink } from "./followed-link.js";

/** The state of the module when its first fault is given: what the fault engine starts from. */
export interface EngineStart {
  readonly modem: Modem;
  readonly seed: number;
  /** Whether the events of every line and every packet are wanted without faults, too. */
  readonly isTraced: boolean;
  readonly now: Millis;
  /** When it was switched on; undefined: it has had no power yet. */
  readonly poweredAt: Millis | undefined;
  /** The speed of its UART, in bits per second. */
  readonly baud: number;
  /** The link that is open, or is being opened. */
  readonly link: FollowedLink | undefined;
}
