import type { Stimulus, WorldChange } from "../io.js";
import { Circumstances, type Name, type Values } from "./circumstances.js";
import type { DialogueFaults } from "./dialogue.js";
import type { Action, Circumstance } from "./language/sentence.js";
import type { LinkRule } from "./link-rules.js";
import type { LinkFaults } from "./links.js";
import type { ModuleClock } from "./module-clock.js";
import type { Moments } from "./moments.js";
import type { ActiveRule } from "./rules.js";
import type { SocketFaults } from "./sockets.js";
import type { Stage } from "./stage.js";
import type { UartFaults } from "./uart.js";

const isLinkRule = (active: ActiveRule): active is LinkRule => active.rule.kind === "link";

/** An action without an end. */
export type OneTimeAction = Exclude<Action, Circumstance>;

const oneTimeActions: readonly Action["kind"][] = ["dropLink", "closeLink", "detach", "reset", "thaw", "say"];
/** Whether an action has no end. */
export const isOneTime = (action: Action): action is OneTimeAction => oneTimeActions.includes(action.kind);

/** The parts of the fault engine that actions act on. */
interface FaultParts {
  readonly stage: Stage;
  readonly clock: ModuleClock;
  readonly moments: Moments;
  readonly links: LinkFaults;
  readonly sockets: SocketFaults;
  readonly uart: UartFaults;
  readonly dialogue: DialogueFaults;
}

/** Carries out the actions of faults: on the surroundings of the module, on its supply, and on the module as a whole. */
export class FaultActions {
  readonly circumstances: Circumstances;
  readonly #parts: FaultParts;
  /** Actions that wait until the module has power for the first time; undefined: it has had power. */
  #atPowerUp: (() => void)[] | undefined = [];
  /** The stimuli that wait for a frozen module. */
  #missed: Stimulus[] = [];

  /** `now` has the circumstances at the start. */
  constructor(parts: FaultParts, now: Values) {
    this.#parts = parts;
    this.circumstances = new Circumstances(parts.stage, now, (name, value) => this.#apply(name, value));
  }

  /** The module has power for the first time: does soon what has waited for that. */
  begin(): void {
    for (const act of this.#atPowerUp ?? []) this.#parts.stage.soon(act);
    this.#atPowerUp = undefined;
  }

  /** The supply was switched. */
  powered(on: boolean): void {
    this.#parts.clock.switch(on, this.#parts.stage.now);
    this.#parts.moments.settle();
  }

  /** Keeps a stimulus for a frozen module. A datagram is lost. */
  miss(stimulus: Stimulus): void {
    const isDatagram = stimulus.from === "socket" && stimulus.event.kind === "datagram";
    if (stimulus.from !== "clock" && !isDatagram) this.#missed.push(stimulus);
  }

  /** Carries out an action without an end; returns false if there is nothing that it could act on. */
  actOnce(action: OneTimeAction): boolean {
    switch (action.kind) {
      case "dropLink": {
        const hadLink = this.#parts.links.drop("dropLink", "reset");
        const hadSocket = this.#parts.sockets.drop("reset", "reset");
        return hadLink || hadSocket;
      }
      case "closeLink": {
        const hadLink = this.#parts.links.drop("closeLink", "closed");
        const hadSocket = this.#parts.sockets.drop("end", "closed");
        return hadLink || hadSocket;
      }
      case "thaw": {
        const wasFrozen = this.circumstances.value("frozen");
        this.circumstances.set("frozen", false);
        return wasFrozen;
      }
      default:
        this.#whenPowered(() => this.#change(action));
        return true;
    }
  }

  /** A rule has come into force. */
  ruleStarted(active: ActiveRule): void {
    if (!isLinkRule(active)) return;
    this.#parts.links.bind(active);
    if (!this.#parts.links.table.rules.isBound(active)) this.#parts.sockets.bind(active);
  }

  /** A rule is no longer in force. */
  ruleEnded(active: ActiveRule): void {
    if (isLinkRule(active)) {
      this.#parts.links.ended(active);
      this.#parts.sockets.ended(active);
    }
    if (active.rule.kind === "cutOutput" && this.#parts.stage.rules.of("cutOutput").length === 0)
      this.#parts.uart.flush();
  }

  /** Handles a change from outside: the same as a fault that acts at once and for good. */
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
    const isSwitch = change.kind === "power" && change.on !== this.#parts.clock.isOn;
    if (change.kind === "reset" || isSwitch) this.#startAnew();
    this.#parts.stage.give({ from: "world", change });
  }

  /** Does something now, or as soon as the module has power for the first time. */
  #whenPowered(act: () => void): void {
    if (this.#atPowerUp === undefined) act();
    else this.#atPowerUp.push(act);
  }

  #freeze(): void {
    this.#parts.clock.stop(this.#parts.stage.now);
    this.#parts.links.pause(true);
    this.#parts.sockets.pause(true);
    this.#parts.moments.settle();
  }

  #thaw(): void {
    if (!this.#parts.clock.isFrozen) return;
    this.#parts.clock.goOn(this.#parts.stage.now);
    this.#parts.links.pause(false);
    this.#parts.sockets.pause(false);
    this.#parts.moments.settle();
    const missed = this.#missed;
    this.#missed = [];
    for (const stimulus of missed) this.#parts.stage.give(stimulus);
    this.#parts.stage.give({ from: "clock" });
  }

  /** A reset or a change of the supply ends a freeze. The stimuli that wait are forgotten, except changes around the module. */
  #startAnew(): void {
    this.#parts.dialogue.forget();
    if (!this.#parts.clock.isFrozen) return;
    this.#missed = this.#missed.filter(({ from }) => from === "world");
    this.circumstances.note("frozen", false);
    this.#thaw();
  }
}
