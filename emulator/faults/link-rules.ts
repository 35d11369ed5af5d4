import type { DownReason } from "../../mqtt/session.js";
import type { Fault } from "./fault.js";
import type { FaultyLink } from "./faulty-link.js";
import type { ActiveRule, RuleOf } from "./rules.js";
import type { Stage } from "./stage.js";

/** A rule for one link. */
export type LinkRule = ActiveRule<RuleOf<"link">>;

/** How a dial ends by its rule; a `blackhole` has no end. */
export const dialEnds: { readonly [V in RuleOf<"dial">["verb"]]: DownReason | undefined } = {
  refuse: "refused",
  unknownName: "unresolved",
  refusePdp: "pdpRefused",
  blackhole: undefined,
};

/** Which rule acts on which link. A rule ends with its link. */
export class LinkRules {
  readonly #stage: Stage;
  readonly #bound = new Map<LinkRule, FaultyLink>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  isBound(active: LinkRule): boolean {
    return this.#bound.has(active);
  }

  /** The first fault that acts on a link. */
  faultOn(link: FaultyLink): Fault | undefined {
    for (const [{ fault }, of] of this.#bound) if (of === link) return fault;
    return undefined;
  }

  /** A rule acts on a link from now on. */
  bind(active: LinkRule, link: FaultyLink): void {
    this.#bound.set(active, link);
    this.#setBlocks(link);
  }

  /** A rule acts on its link no more. Returns the link if it is still open. */
  release(active: LinkRule): FaultyLink | undefined {
    const link = this.#bound.get(active);
    this.#bound.delete(active);
    if (link === undefined || link.isClosed) return undefined;
    this.#setBlocks(link);
    return link;
  }

  /** A link has ended: ends its rules. */
  unbind(link: FaultyLink): void {
    for (const [active, of] of this.#bound) {
      if (of !== link) continue;
      this.#bound.delete(active);
      this.#stage.rules.end(active);
    }
  }

  #setBlocks(link: FaultyLink): void {
    const verbs = [...this.#bound].flatMap(([{ rule }, of]) => (of === link ? [rule.verb] : []));
    link.isStalled = verbs.includes("stallUplink");
    link.up.isBlocked = link.isStalled || verbs.includes("silence") || verbs.includes("silenceUplink");
    link.down.isBlocked = verbs.includes("silence") || verbs.includes("silenceDownlink");
  }
}
