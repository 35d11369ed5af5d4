import type { Stimulus } from "../../emulator/io.js";
import type { Millis } from "../time/clock.js";
import type { PlacedFact } from "./fact.js";

/** A stimulus of the module, and its time. */
export interface TimedStimulus {
  readonly at: Millis;
  readonly stimulus: Stimulus;
}

/** Lets a stimulus come at its time. */
export type Schedule = (planned: TimedStimulus) => void;

/** A fact that answers a command. */
type AnswerFact = Extract<PlacedFact, { readonly asked: number }>;

/** The facts of a recording. Each one answers at most one request of the module. */
export class UnusedFacts {
  readonly #facts: readonly PlacedFact[];
  readonly #used = new Set<PlacedFact>();
  /** The index of what the host has said last. */
  #after = -1;

  constructor(facts: readonly PlacedFact[]) {
    this.#facts = facts;
  }

  /** The host says the element `index` of the recording. */
  host(index: number): void {
    this.#after = index;
  }

  /** The next fact that was not used yet, of those behind what the host has said last. It counts as used from here on. */
  next(is: (fact: PlacedFact) => boolean): PlacedFact | undefined {
    return this.#use(this.#facts.find((one) => one.after >= this.#after && !this.#used.has(one) && is(one)));
  }

  /** The fact that answers the latest of the commands so far. It counts as used from here on. */
  answer<F extends AnswerFact>(is: (fact: PlacedFact) => fact is F): F | undefined {
    const isOpen = (one: PlacedFact): one is F => is(one) && one.asked <= this.#after && !this.#used.has(one);
    return this.#use(this.#facts.findLast(isOpen));
  }

  /** Whether there is such a fact, used or not. */
  some(is: (fact: PlacedFact) => boolean): boolean {
    return this.#facts.some(is);
  }

  #use<F extends PlacedFact>(fact: F | undefined): F | undefined {
    if (fact !== undefined) this.#used.add(fact);
    return fact;
  }
}
