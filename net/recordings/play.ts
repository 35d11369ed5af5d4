import { fromBytes, type Octets } from "../../at/octets.js";
import type { Effect, Stimulus } from "../../emulator/io.js";
import { factoryNvm, type Nvm } from "../../emulator/memory/nvm.js";
import { Modem } from "../../emulator/modem.js";
import type { Profile } from "../../emulator/profile/profile.js";
import type { Millis } from "../time/clock.js";
import { askedLinesOf } from "./asked-lines.js";
import type { PlacedFact } from "./fact.js";
import { factsOf } from "./facts.js";
import { comesByItself, FarEnd } from "./far-end.js";
import { moduleLinesOf, type PlacedLine, PlacedLines, type Recording } from "./recording.js";
import { reportModeAtStart } from "./socket-facts.js";
import type { TimedStimulus } from "./unused-facts.js";

/** The module that a recording is played to. */
export interface Played {
  readonly profile: Profile;
  readonly seed: number;
}

/** How long before the recording the module was switched on, in ms. No boot takes longer. decided */
const upBefore: Millis = 2 * 3_600_000;
/** By how much sums of times may differ that are the same, in ms. */
const slack: Millis = 0.01;
/** How many stimuli come at most; a module that never comes to rest is cut off. decided */
const maxStimuli = 1_000_000;

/** Plays the host's side of a recording, at its times, to a module; returns what that module says. Reads no clock. */
export class Player {
  readonly #recording: Recording;
  readonly #facts: readonly PlacedFact[];
  /** What the module had in its memory when the recording began, as far as it shows. */
  readonly #nvm: Nvm;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#facts = factsOf(recording);
    const nsonmi = reportModeAtStart(moduleLinesOf(recording), askedLinesOf(recording)) ?? factoryNvm.nsonmi;
    this.#nvm = { ...factoryNvm, nsonmi };
  }

  play({ profile, seed }: Played): readonly PlacedLine[] {
    const { epochAtStart } = this.#recording;
    const modem = new Modem({ profile, seed, nvm: this.#nvm, epochAtStart, isTraced: false });
    return new Playing(this.#recording, this.#facts, modem, profile.quirks.bootTime).lines();
  }
}

class Playing {
  readonly #recording: Recording;
  readonly #ownFacts: readonly PlacedFact[];
  readonly #modem: Modem;
  readonly #farEnd: FarEnd;
  readonly #lines = new PlacedLines();
  /** What happens later, in the order of its times. */
  #agenda: TimedStimulus[] = [];
  #now: Millis;
  /** When the recording begins; what the module says before is not heard. */
  readonly #start: Millis;

  constructor(recording: Recording, facts: readonly PlacedFact[], modem: Modem, bootTime: Millis) {
    this.#recording = recording;
    this.#modem = modem;
    this.#ownFacts = facts
      .filter(comesByItself)
      .map((fact) => (fact.of === "start" ? { ...fact, t: fact.t - bootTime } : fact))
      .sort((a, b) => a.t - b.t);
    this.#start = recording.said[0]?.t ?? 0;
    this.#now = this.#start - upBefore;
    const sockets = () => modem.view().sockets;
    this.#farEnd = new FarEnd(facts, (stimulus) => this.#plan(stimulus), sockets);
  }

  lines(): readonly PlacedLine[] {
    this.#modem.powerUp(this.#now);
    const { said } = this.#recording;
    let next = 0;
    for (const [index, { by, t, octets }] of said.entries()) {
      if (by === "module") continue;
      for (let fact = this.#ownFacts[next]; fact && this.#comesBefore(fact, t, index); fact = this.#ownFacts[++next])
        this.#come(fact);
      this.#passUntil(t);
      this.#lines.host(index);
      this.#farEnd.host(index);
      this.#tell({ from: "host", bytes: Buffer.from(octets, "latin1") });
    }
    for (const fact of this.#ownFacts.slice(next)) this.#come(fact);
    this.#passUntil(this.#recording.end + slack);
    return this.#lines.end();
  }

  #comesBefore(fact: PlacedFact, t: Millis, index: number): boolean {
    return fact.t < t || fact.after < index;
  }

  #come(fact: PlacedFact): void {
    this.#passUntil(fact.t);
    this.#farEnd.come(fact);
    this.#passUntil(fact.t);
  }

  #plan({ at, stimulus }: TimedStimulus): void {
    const late = this.#agenda.findIndex((other) => other.at > at);
    this.#agenda.splice(late < 0 ? this.#agenda.length : late, 0, { at: Math.max(at, this.#now), stimulus });
  }

  /** Lets everything happen up to a moment. */
  #passUntil(end: Millis): void {
    for (let count = 0; count < maxStimuli; count += 1) {
      const planned = this.#agenda[0]?.at ?? Number.POSITIVE_INFINITY;
      const wake = this.#modem.wakeAt() ?? Number.POSITIVE_INFINITY;
      if (Math.min(planned, wake) > end) break;
      this.#now = Math.max(this.#now, Math.min(planned, wake));
      if (planned <= wake) this.#tell(this.#agenda.shift()?.stimulus ?? { from: "clock" });
      else this.#tell({ from: "clock" });
    }
    this.#now = Math.max(this.#now, end);
  }

  #tell(stimulus: Stimulus): void {
    for (const effect of this.#modem.tell(stimulus, this.#now)) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    if (effect.to === "host") this.#say(fromBytes(effect.bytes));
    else this.#farEnd.act(effect, this.#now);
  }

  #say(octets: Octets): void {
    if (this.#now >= this.#start - slack) this.#lines.module(octets, this.#now);
  }
}
