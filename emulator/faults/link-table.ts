import type { LinkId } from "../../mqtt/session.js";
import type { Effect, Stimulus } from "../io.js";
import { FaultyLink, type Inbound } from "./faulty-link.js";
import { FollowedLink } from "./followed-link.js";
import { LinkRules } from "./link-rules.js";
import type { Stage } from "./stage.js";

export type LinkEffect = Extract<Effect, { readonly to: "link" }>;
export type LinkStimulus = Extract<Stimulus, { readonly from: "link" }>;

/** How many links may stay open at their brokers after the module has closed them during a silence. decided */
const maxAbandoned = 8;

/** The open links. They are followed while no fault is in force, too. */
export class LinkTable {
  readonly rules: LinkRules;
  readonly #stage: Stage;
  readonly #arrived: (inbound: Inbound, link: FaultyLink) => void;
  readonly #links = new Map<LinkId, FaultyLink>();
  /** The link of the latest dial, while it lasts. */
  #current: FaultyLink | undefined;

  /** `arrived` gets what has come through the network. */
  constructor(stage: Stage, arrived: (inbound: Inbound, link: FaultyLink) => void) {
    this.#stage = stage;
    this.#arrived = arrived;
    this.rules = new LinkRules(stage);
  }

  get current(): FaultyLink | undefined {
    return this.#current;
  }

  /** Whether everything passes as it comes. */
  get isIdle(): boolean {
    return this.#links.size === 0 || (this.#links.size === 1 && this.#current?.isIdle === true);
  }

  get(id: LinkId): FaultyLink | undefined {
    return this.#links.get(id);
  }

  all(): readonly FaultyLink[] {
    return [...this.#links.values()];
  }

  /** Takes note of an effect that passes as it is. */
  see({ link: id, act }: LinkEffect): void {
    if (act.kind === "dial") this.open(new FollowedLink(id));
    else if (this.#links.get(id)?.see(act)) this.forget(id);
  }

  /** Takes note of an event that passes as it is. */
  follow({ link: id, event }: LinkStimulus): void {
    if (this.#links.get(id)?.follow(event)) this.forget(id);
  }

  /** The module stops reading, or reads again. */
  noteReading(id: LinkId, act: "pause" | "resume"): void {
    const link = this.#links.get(id);
    if (link !== undefined) link.isPaused = act === "pause";
  }

  /** Adds a new link, or one that was followed before. It is the current one from now on. */
  open(followed: FollowedLink): FaultyLink {
    const link = new FaultyLink(followed, this.#stage, this.#arrived, (gone) => this.#links.delete(gone.id));
    this.#links.set(link.id, link);
    this.#current = link;
    return link;
  }

  /** Removes a link that has ended. */
  forget(id: LinkId): void {
    const link = this.#links.get(id);
    this.#links.delete(id);
    if (link !== undefined) this.leave(link);
  }

  /** The module has closed a link, or it has ended: ends the rules for it. */
  leave(link: FaultyLink): void {
    this.rules.unbind(link);
    if (this.#current === link) this.#current = undefined;
  }

  /** Resets the oldest links that are open at their brokers alone, if there are more than `maxAbandoned`. */
  limitAbandoned(): void {
    const abandoned = this.all().filter(({ isClosed }) => isClosed);
    for (const { id } of abandoned.slice(0, Math.max(0, abandoned.length - maxAbandoned))) {
      this.#links.delete(id);
      this.#stage.put({ to: "link", link: id, act: { kind: "reset" } });
    }
  }
}
