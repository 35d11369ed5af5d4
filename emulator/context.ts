import type { Millis } from "../mqtt/packet.js";
import type { Effects } from "./effects.js";
import type { HostFaults } from "./host-faults.js";
import type { Profile } from "./profile/profile.js";
import type { Pace } from "./radio/radio.js";
import type { Ram } from "./ram.js";
import type { Random } from "./random.js";
import type { Boot } from "./reboot.js";
import type { RequestId } from "./request.js";
import type { SocketHandle } from "./sockets/endpoint.js";

/** What the parts of the module share: RAM, effects, durations and the time. */
export interface Context {
  readonly profile: Profile;
  readonly effects: Effects;
  hostFaults: HostFaults;
  readonly random: Random;
  readonly pace: Pace;
  /** The calendar time when the module's clock is at 0, in ms since 1970. */
  readonly epochAtStart: Millis;
  ram: Ram;
  /** The start that is under way, or `off`; undefined: the module has said its banner. */
  booting: Boot | undefined;
  now: Millis;
  /** The speed of the last `port` effect, in bits per second. */
  baud: number;
  /** The number of the last request to the network. */
  lastRequest: RequestId;
  /** The number of the last socket in the network. */
  lastSocket: SocketHandle;
}
