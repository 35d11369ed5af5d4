import type { Millis } from "../../mqtt/packet.js";
import { Random } from "../random.js";
import type { Fault } from "./fault.js";
import type { Scenario, Step } from "./language/scenario.js";
import type { AwaitedEvent } from "./language/sentence.js";

/** What a scenario needs to run its steps. */
export interface ScenarioContext {
  /** Does something after a span of time; returns a function that prevents it. */
  after(span: Millis, act: () => void): () => void;
  /** Does something at an event, once or each time; returns a function that prevents it. */
  wait(what: AwaitedEvent, again: boolean, act: () => void): () => void;
  /** A sentence of a step acts, or comes into force. */
  act(fault: Fault): void;
}

/** A step, and its sentences as faults. */
export interface StepFaults {
  readonly step: Step;
  readonly faults: readonly Fault[];
}

/** A scenario that is played: one step after the other. */
export class ScenarioRun {
  readonly #context: ScenarioContext;
  readonly #random: Random;
  readonly #steps: readonly StepFaults[];
  readonly #stops = new Set<() => void>();

  constructor(scenario: Scenario, steps: readonly StepFaults[], context: ScenarioContext, seed: number) {
    this.#context = context;
    this.#random = new Random(scenario.seed ?? seed);
    this.#steps = steps;
    for (const { faults } of steps) for (const fault of faults) fault.begin();
  }

  /** Begins with the first step. */
  start(): void {
    this.#goOn(0);
  }

  /** Ends it; what its sentences have put into force stays. */
  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  /** Does the steps from one on, up to one that waits. */
  #goOn(from: number): void {
    for (const [at, { step, faults }] of this.#steps.entries()) {
      if (at < from) continue;
      const { start } = step;
      if (start.kind === "whenever") this.#whenever(start.what, faults);
      else if (start.kind === "atOnce") this.#finish(faults);
      else {
        const next = (): void => {
          this.#stops.delete(stop);
          this.#finish(faults);
          this.#goOn(at + 1);
        };
        const stop =
          start.kind === "when"
            ? this.#context.wait(start.what, false, next)
            : this.#context.after(Math.round(this.#random.between([start.by.min, start.by.max])), next);
        this.#keep(stop);
        return;
      }
    }
  }

  /** Acts each time that something happens, until all its faults are taken back. */
  #whenever(what: AwaitedEvent, faults: readonly Fault[]): void {
    const stop = this.#context.wait(what, true, () => {
      this.#act(faults);
      if (faults.every(({ isRemoved }) => isRemoved)) stop();
    });
    this.#keep(stop);
  }

  #keep(stop: () => void): void {
    this.#stops.add(stop);
  }

  #finish(faults: readonly Fault[]): void {
    this.#act(faults);
    for (const fault of faults) fault.end();
  }

  #act(faults: readonly Fault[]): void {
    for (const fault of faults) this.#context.act(fault);
  }
}
