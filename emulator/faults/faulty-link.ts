import type { Effect, LinkAct, LinkEvent } from "../io.js";
import { FollowedLink } from "./followed-link.js";
import { Pipe } from "./pipe.js";
import type { OnItsWay } from "./sent-count.js";
import type { Stage } from "./stage.js";

/** What goes to the broker: packets, each with its place in what the module has sent, or the end of the link. */
export type Outbound =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly packet: OnItsWay | undefined }
  | { readonly kind: "end" | "reset" };

/** What comes from the broker. */
export type Inbound = Exclude<LinkEvent, { readonly kind: "sent" | "sendFailed" }>;

/** A link of the module to a broker, with the data that are on their way in both directions. */
export class FaultyLink extends FollowedLink {
  readonly up: Pipe<Outbound>;
  readonly down: Pipe<Inbound>;
  /** Packets that are held back, each with what lets it go on (`lost`: it does not). */
  readonly held = new Set<(lost: boolean) => void>();
  /** There is no connection behind it: its dial was answered here. */
  isMadeUp = false;
  /** The module has closed it. */
  isClosed = false;
  /** TCP takes no byte more. */
  isStalled = false;

  /** `arrived` gets what has reached the module; `left` is called when the end of the link has reached the broker. */
  constructor(
    { id, cutter, sent, isPaused }: FollowedLink,
    stage: Stage,
    arrived: (inbound: Inbound, link: FaultyLink) => void,
    left: (link: FaultyLink) => void,
  ) {
    super(id, cutter, sent);
    this.isPaused = isPaused;
    const put = (act: LinkAct): void => stage.put({ to: "link", link: id, act } satisfies Effect);
    this.up = new Pipe<Outbound>(stage, (outbound) => {
      if (outbound.kind === "bytes") {
        this.sent.handed(outbound.bytes.length, outbound.packet);
        put({ kind: "bytes", bytes: outbound.bytes });
      } else {
        put(outbound);
        left(this);
      }
    });
    this.down = new Pipe<Inbound>(stage, (inbound) => arrived(inbound, this));
  }

  /** Whether everything passes as it comes. */
  get isIdle(): boolean {
    const isEmpty = this.up.isEmpty && this.down.isEmpty && this.held.size === 0 && this.cutter.size === 0;
    const isOpen = !this.up.isBlocked && !this.down.isBlocked && !this.isMadeUp && !this.isClosed;
    return isEmpty && isOpen && this.sent.isClean;
  }

  /** Loses everything that is on its way. */
  clear(): void {
    this.up.clear();
    this.down.clear();
    for (const release of this.held) release(true);
  }
}
