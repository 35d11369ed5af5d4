import type { RadioChange } from "../radio/radio.js";
import type { Fault } from "./fault.js";
import type { Circumstance } from "./language/sentence.js";
import type { Stage } from "./stage.js";

/** What can be one way or another around the module. */
export interface Values {
  readonly coverage: boolean;
  readonly rssi: number;
  readonly sim: boolean;
  readonly network: NonNullable<RadioChange["network"]>;
  readonly power: boolean;
  readonly frozen: boolean;
}

/** The name of what can be one way or another. */
export type Name = keyof Values;

/** A value that holds for a while. */
interface Passing {
  readonly fault: Fault;
  readonly value: Values[Name];
  readonly stopEnd: () => void;
}

/** SIM, coverage, signal, network and supply, and whether the module is frozen. What was changed for a while is taken back. */
export class Circumstances {
  readonly #stage: Stage;
  readonly #apply: (name: Name, value: Values[Name]) => void;
  readonly #lasting: { -readonly [N in Name]: Values[N] };
  readonly #passing = new Map<Name, readonly Passing[]>();

  /** `now` holds at the beginning; `apply` is called with each value that is new. */
  constructor(stage: Stage, now: Values, apply: (name: Name, value: Values[Name]) => void) {
    this.#stage = stage;
    this.#lasting = { ...now };
    this.#apply = apply;
  }

  /** The value that holds now. */
  value<N extends Name>(name: N): Values[N] {
    return (this.#passing.get(name)?.at(-1)?.value as Values[N] | undefined) ?? this.#lasting[name];
  }

  /** Whether something that a fault has changed will be taken back. */
  isHeldBy(fault: Fault): boolean {
    return [...this.#passing.values()].flat().some((passing) => passing.fault === fault);
  }

  /** A fault changes something, for a while or for good. */
  change(fault: Fault, circumstance: Circumstance): void {
    const [name, value] = settingOf(circumstance);
    const span = circumstance.lasting && fault.drawSpan(circumstance.lasting);
    if (span === undefined) {
      this.#stage.hit(fault, "done");
      this.set(name, value);
      return;
    }
    this.#stage.hit(fault, `begins, for ${span} ms`);
    const passing: Passing = {
      fault,
      value,
      stopEnd: this.#stage.at(this.#stage.now + span, () => this.#end(name, passing)),
    };
    fault.begin();
    this.#passing.set(name, [...(this.#passing.get(name) ?? []), passing]);
    this.#apply(name, value);
  }

  /** Something changes for good; what would have been taken back is not. */
  set(name: Name, value: Values[Name]): void {
    this.note(name, value);
    this.#apply(name, value);
  }

  /** Something has changed for good. */
  note(name: Name, value: Values[Name]): void {
    for (const passing of this.#passing.get(name) ?? []) this.#forget(name, passing);
    (this.#lasting as Record<Name, Values[Name]>)[name] = value;
  }

  /** Takes back what a fault has changed for a while, or what all have. */
  takeBack(fault?: Fault): void {
    for (const [name, all] of this.#passing)
      for (const passing of all) if (fault === undefined || passing.fault === fault) this.#end(name, passing);
  }

  #end(name: Name, passing: Passing): void {
    const before = this.value(name);
    this.#forget(name, passing);
    const value = this.value(name);
    if (value !== before) this.#apply(name, value);
  }

  #forget(name: Name, passing: Passing): void {
    passing.stopEnd();
    passing.fault.end();
    this.#passing.set(name, this.#passing.get(name)?.filter((other) => other !== passing) ?? []);
  }
}

function settingOf(circumstance: Circumstance): readonly [Name, Values[Name]] {
  switch (circumstance.kind) {
    case "coverage":
      return ["coverage", circumstance.on];
    case "rssi":
      return ["rssi", circumstance.rssi];
    case "sim":
      return ["sim", circumstance.present];
    case "network":
      return ["network", circumstance.network];
    case "power":
      return ["power", circumstance.on];
    case "freeze":
      return ["frozen", true];
  }
}
