import type { Stimulus, WorldChange } from "../io.js";
import { Circumstances, type Name, type Values } from "./circumstances.js";
import type { Circumstance, Deed } from "./language/sentence.js";
import type { LinkRule } from "./link-rules.js";
import type { LinkFaults } from "./links.js";
import type { ModuleClock } from "./module-clock.js";
import type { Moments } from "./moments.js";
import type { ActiveRule } from "./rules.js";
import type { SocketFaults } from "./sockets.js";
import type { Stage } from "./stage.js";
import type { TalkFaults } from "./talk.js";
import type { UartFaults } from "./uart.js";

const isLinkRule = (active: ActiveRule): active is LinkRule => active.rule.kind === "link";

/** What happens once, and has no end. */
export type Stroke = Exclude<Deed, Circumstance>;

const strokes: readonly Deed["kind"][] = ["dropLink", "closeLink", "detach", "reset", "thaw", "say"];
export const isStroke = (deed: Deed): deed is Stroke => strokes.includes(deed.kind);

/** What faults do at once: to the world around the module, to its supply, and to the module as a whole. */
export class Deeds {
  readonly circumstances: Circumstances;
  readonly #stage: Stage;
  readonly #clock: ModuleClock;
  readonly #moments: Moments;
  readonly #links: LinkFaults;
  readonly #sockets: SocketFaults;
  readonly #uart: UartFaults;
  readonly #talk: TalkFaults;
  /** What is to be done as soon as the module has power; undefined: it is to be done now. */
  #atPowerUp: (() => void)[] | undefined = [];
  /** What the module has missed while it was frozen. */
  #missed: Stimulus[] = [];

  constructor(
    stage: Stage,
    clock: ModuleClock,
    moments: Moments,
    links: LinkFaults,
    sockets: SocketFaults,
    uart: UartFaults,
    talk: TalkFaults,
    now: Values,
  ) {
    this.#stage = stage;
    this.#clock = clock;
    this.#moments = moments;
    this.#links = links;
    this.#sockets = sockets;
    this.#uart = uart;
    this.#talk = talk;
    this.circumstances = new Circumstances(stage, now, (name, value) => this.#apply(name, value));
  }

  /** The module has power for the first time: what had to wait for that is done soon. */
  begin(): void {
    for (const act of this.#atPowerUp ?? []) this.#stage.soon(act);
    this.#atPowerUp = undefined;
  }

  /** The supply was switched. */
  powered(on: boolean): void {
    this.#clock.switch(on, this.#stage.now);
    this.#moments.settle();
  }

  /** A stimulus reaches a frozen module. A datagram is lost. */
  miss(stimulus: Stimulus): void {
    const isDatagram = stimulus.from === "socket" && stimulus.event.kind === "datagram";
    if (stimulus.from !== "clock" && !isDatagram) this.#missed.push(stimulus);
  }

  /** Does something that has no end; false where there is nothing that it could act on. */
  strike(stroke: Stroke): boolean {
    switch (stroke.kind) {
      case "dropLink":
        return [this.#links.drop("dropLink", "reset"), this.#sockets.drop("reset", "reset")].includes(true);
      case "closeLink":
        return [this.#links.drop("closeLink", "closed"), this.#sockets.drop("end", "closed")].includes(true);
      case "thaw": {
        const wasFrozen = this.circumstances.value("frozen");
        this.circumstances.set("frozen", false);
        return wasFrozen;
      }
      default:
        this.#whenPowered(() => this.#change(stroke));
        return true;
    }
  }

  /** A rule has come into force. */
  ruleStarted(active: ActiveRule): void {
    if (!isLinkRule(active)) return;
    this.#links.bind(active);
    if (!this.#links.table.rules.isBound(active)) this.#sockets.bind(active);
  }

  /** A rule is no longer in force. */
  ruleEnded(active: ActiveRule): void {
    if (isLinkRule(active)) {
      this.#links.ended(active);
      this.#sockets.ended(active);
    }
    if (active.rule.kind === "cutOutput" && this.#stage.rules.of("cutOutput").length === 0) this.#uart.flush();
  }

  /** Something is changed from outside, as by a fault that acts at once and for good. */
  hearWorld(change: WorldChange): void {
    if (change.kind === "radio") {
      const { kind: _, ...given } = change;
      for (const [name, value] of Object.entries(given)) this.circumstances.note(name as keyof typeof given, value);
    }
    if (change.kind === "power") this.circumstances.set("power", change.on);
    else this.#change(change);
  }

  #apply(name: Name, value: Values[Name]): void {
    if (name === "power") this.#change({ kind: "power", on: value === true });
    else if (name !== "frozen") this.#change({ kind: "radio", [name]: value });
    else this.#whenPowered(() => (value === true ? this.#freeze() : this.#thaw()));
  }

  #change(change: WorldChange): void {
    if (change.kind === "reset" || change.kind === "power") this.#startAnew();
    this.#stage.give({ from: "world", change });
  }

  /** Does something now, or as soon as the module has power for the first time. */
  #whenPowered(act: () => void): void {
    if (this.#atPowerUp === undefined) act();
    else this.#atPowerUp.push(act);
  }

  #freeze(): void {
    this.#clock.stop(this.#stage.now);
    this.#links.pause(true);
    this.#sockets.pause(true);
    this.#moments.settle();
  }

  #thaw(): void {
    if (!this.#clock.isFrozen) return;
    this.#clock.goOn(this.#stage.now);
    this.#links.pause(false);
    this.#sockets.pause(false);
    this.#moments.settle();
    const missed = this.#missed;
    this.#missed = [];
    for (const stimulus of missed) this.#stage.give(stimulus);
    this.#stage.give({ from: "clock" });
  }

  /** A reset, or the supply, ends a freeze: what the module has missed is forgotten, apart from changes around it. */
  #startAnew(): void {
    this.#talk.forget();
    if (!this.#clock.isFrozen) return;
    this.#missed = this.#missed.filter(({ from }) => from === "world");
    this.circumstances.note("frozen", false);
    this.#thaw();
  }
}
