import type { Millis } from "../../mqtt/packet.js";
import type { DownReason } from "../../mqtt/session.js";
import type { CommandView } from "../command-view.js";
import type { Effect, Stimulus } from "../io.js";
import { Modem, type ModemOptions } from "../modem.js";
import type { Added, FaultStatus } from "./fault.js";
import { FaultEngine } from "./fault-engine.js";
import { FollowedLink } from "./followed-link.js";
import type { Scenario } from "./language/scenario.js";
import type { Sentence } from "./language/sentence.js";

/** The options of a `FaultyModem`. */
export interface FaultyModemOptions extends ModemOptions {
  /** Faults that count from power-up on, before the banner. */
  readonly faults?: readonly Sentence[];
  readonly scenarios?: readonly Scenario[];
}

const none: readonly never[] = [];

/**
 * A module on which faults can act. It has the methods of a `Modem`. Until the first fault is given, everything passes
 * unchanged, and only the state that a later fault needs is kept, because thousands of modules may run in one process.
 */
export class FaultyModem {
  readonly #options: FaultyModemOptions;
  readonly #modem: Modem;
  /** Made for the first fault. */
  #engine: FaultEngine | undefined;
  #link: FollowedLink | undefined;
  #poweredAt: Millis | undefined;
  #baud = 0;

  constructor(options: FaultyModemOptions) {
    this.#options = options;
    this.#modem = new Modem(options);
  }

  /** Switches the module on. The banner comes at the end of the boot. */
  powerUp(now: Millis): readonly Effect[] {
    const { faults = none, scenarios = none } = this.#options;
    if (faults.length + scenarios.length > 0) return this.#engineAt(now).powerUp(faults, scenarios, now);
    this.#poweredAt = now;
    return this.#noted(this.#modem.powerUp(now));
  }

  /** Switches the module off. The broker gets a DISCONNECT, the host gets nothing. */
  powerDown(now: Millis): readonly Effect[] {
    return (this.#engine ?? this.#modem).powerDown(now);
  }

  /** Gives a stimulus to the module at `now`; returns its effects. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    if (this.#engine !== undefined) return this.#engine.tell(stimulus, now);
    if (stimulus.from === "link" && stimulus.link === this.#link?.id && this.#link.follow(stimulus.event))
      this.#link = undefined;
    return this.#noted(this.#modem.tell(stimulus, now));
  }

  /** The next moment at which a `clock` stimulus is needed; undefined: none. */
  wakeAt(): Millis | undefined {
    return (this.#engine ?? this.#modem).wakeAt();
  }

  /** What the module's own clock shows. */
  clockAt(now: Millis): Millis {
    return this.#engine?.clockAt(now) ?? now;
  }

  /** Whether the module has power, has said its banner, and runs. */
  get stage(): "off" | "booting" | "ready" | "frozen" {
    return this.#engine?.isFrozen ? "frozen" : this.#modem.stage;
  }

  /** The state that a command would see now. */
  view(): CommandView {
    return this.#modem.view();
  }

  /** Gives faults, all or none. */
  add(sentences: readonly Sentence[], now: Millis): Added {
    return this.#engineAt(now).add(sentences, now);
  }

  /** Plays a scenario from its first step on. */
  play(scenario: Scenario, now: Millis): readonly Effect[] {
    return this.#engineAt(now).play(scenario, now);
  }

  /** Takes a fault back, or all of them. */
  takeBack(id: number | "all", now: Millis): readonly Effect[] {
    return this.#engine?.takeBack(id, now) ?? none;
  }

  /** The network ends the link to the broker. Both ends notice. */
  cut(reason: DownReason, now: Millis): readonly Effect[] {
    return this.#engineAt(now).cut(reason, now);
  }

  /** The faults that wait or are in force. */
  list(): readonly FaultStatus[] {
    return this.#engine?.faults.list() ?? none;
  }

  /** The faults that have never acted. */
  unused(): readonly FaultStatus[] {
    return this.#engine?.faults.unused() ?? none;
  }

  #engineAt(now: Millis): FaultEngine {
    this.#engine ??= new FaultEngine({
      modem: this.#modem,
      seed: this.#options.seed ?? 0,
      isTraced: this.#options.isTraced ?? true,
      now,
      poweredAt: this.#poweredAt,
      baud: this.#baud,
      link: this.#link,
    });
    return this.#engine;
  }

  /** Takes note of effects; returns them. */
  #noted(effects: readonly Effect[]): readonly Effect[] {
    for (const effect of effects) {
      if (effect.to === "link") this.#see(effect);
      else if (effect.to === "port") this.#baud = effect.speed;
    }
    return effects;
  }

  #see({ link: id, act }: Extract<Effect, { readonly to: "link" }>): void {
    if (act.kind === "dial") this.#link = new FollowedLink(id);
    else if (this.#link?.id === id && this.#link.see(act)) this.#link = undefined;
  }
}
