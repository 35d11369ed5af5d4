import type { LinkId } from "../../mqtt/session.js";
import type { LinkAct, LinkEvent } from "../io.js";
import { PacketCutter } from "./packet-cutter.js";
import { SentCount } from "./sent-count.js";

/** A link that is followed, so that a fault may come at any moment, also in the middle of a packet. */
export class FollowedLink {
  readonly id: LinkId;
  readonly cutter: PacketCutter;
  readonly sent: SentCount;
  /** The module has stopped reading. */
  isPaused = false;

  constructor(id: LinkId, cutter = new PacketCutter(), sent = new SentCount()) {
    this.id = id;
    this.cutter = cutter;
    this.sent = sent;
  }

  /** Takes note of an event that passes as it is. Returns whether the link is over. */
  follow(event: LinkEvent): boolean {
    if (event.kind === "bytes") this.cutter.follow(event.bytes);
    else if (event.kind === "sent") this.sent.bothTaken(event.total);
    return event.kind === "down";
  }

  /** Takes note of what the module does, which passes as it is. Returns whether the link is over. */
  see(act: LinkAct): boolean {
    if (act.kind === "bytes") this.sent.both(act.bytes.length);
    else if (act.kind === "pause" || act.kind === "resume") this.isPaused = act.kind === "pause";
    return act.kind === "end" || act.kind === "reset";
  }
}
