import type { LinkId } from "../../mqtt/session.js";
import { PacketCutter } from "./packet-cutter.js";
import { SentCount } from "./sent-count.js";

/** A link that is followed, so that a fault may come at any moment, also in the middle of a packet. */
export class FollowedLink {
  readonly id: LinkId;
  readonly cutter = new PacketCutter();
  readonly sent = new SentCount();
  /** The module has stopped reading. */
  isPaused = false;

  constructor(id: LinkId) {
    this.id = id;
  }
}
