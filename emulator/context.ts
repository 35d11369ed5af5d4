import type { Millis } from "../mqtt/packet.js";
import type { Effects } from "./effects.js";
import type { HostFaults } from "./host-faults.js";
import type { Profile } from "./profile/profile.js";
import type { Pace } from "./radio/radio.js";
import type { Ram } from "./ram.js";
import type { Random } from "./random.js";
import type { RequestId } from "./request.js";

/** What all sides of the module share: the RAM, what it does, how long things take, and what time it is. */
export interface Context {
  readonly profile: Profile;
  readonly effects: Effects;
  readonly hostFaults: HostFaults;
  readonly random: Random;
  readonly pace: Pace;
  /** The calendar time when the module's clock is at 0, in ms as `Date` counts it. */
  readonly epochAtStart: Millis;
  ram: Ram;
  now: Millis;
  /** The speed that the UART was last told, in bits per second. */
  baud: number;
  /** The number of the last call. */
  lastRequest: RequestId;
}
