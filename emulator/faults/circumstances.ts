import type { RadioChange } from "../radio/radio.js";
import type { Fault } from "./fault.js";
import type { Circumstance } from "./language/sentence.js";
import type { Stage } from "./stage.js";

/** The state around the module that faults can change. */
export interface Values {
  readonly coverage: boolean;
  readonly rssi: number;
  readonly sim: boolean;
  readonly network: NonNullable<RadioChange["network"]>;
  readonly power: boolean;
  readonly frozen: boolean;
}

/** The name of a circumstance. */
export type Name = keyof Values;

/** A value that holds for a limited time. `stopEnd` cancels its end. */
interface Temporary {
  readonly fault: Fault;
  readonly value: Values[Name];
  readonly stopEnd: () => void;
}

/** SIM, coverage, signal, network and supply, and whether the module is frozen. A temporary change is taken back at its end. */
export class Circumstances {
  readonly #stage: Stage;
  readonly #apply: (name: Name, value: Values[Name]) => void;
  readonly #lasting: { -readonly [N in Name]: Values[N] };
  readonly #temporary = new Map<Name, readonly Temporary[]>();

  /** `now` has the values at the start; `apply` is called with each new value. */
  constructor(stage: Stage, now: Values, apply: (name: Name, value: Values[Name]) => void) {
    this.#stage = stage;
    this.#lasting = { ...now };
    this.#apply = apply;
  }

  /** The value that holds now. */
  value<N extends Name>(name: N): Values[N] {
    return (this.#temporary.get(name)?.at(-1)?.value as Values[N] | undefined) ?? this.#lasting[name];
  }

  /** Whether a temporary change of a fault is in force. */
  isHeldBy(fault: Fault): boolean {
    return [...this.#temporary.values()].flat().some((temporary) => temporary.fault === fault);
  }

  /** A fault changes a circumstance, temporarily or for good. */
  change(fault: Fault, circumstance: Circumstance): void {
    const [name, value] = settingOf(circumstance);
    const span = circumstance.lasting && fault.drawSpan(circumstance.lasting);
    if (span === undefined) {
      this.#stage.hit(fault, "done");
      this.set(name, value);
      return;
    }
    this.#stage.hit(fault, `begins, for ${span} ms`);
    const temporary: Temporary = {
      fault,
      value,
      stopEnd: this.#stage.at(this.#stage.now + span, () => this.#end(name, temporary)),
    };
    fault.begin();
    this.#temporary.set(name, [...(this.#temporary.get(name) ?? []), temporary]);
    this.#apply(name, value);
  }

  /** Changes a circumstance for good. Temporary changes of it end without being taken back. */
  set(name: Name, value: Values[Name]): void {
    this.note(name, value);
    this.#apply(name, value);
  }

  /** Takes note of a change for good, which has been applied already. */
  note(name: Name, value: Values[Name]): void {
    for (const temporary of this.#temporary.get(name) ?? []) this.#forget(name, temporary);
    (this.#lasting as Record<Name, Values[Name]>)[name] = value;
  }

  /** Takes back the temporary changes of a fault; left out: of all faults. */
  takeBack(fault?: Fault): void {
    for (const [name, all] of this.#temporary)
      for (const temporary of all) if (fault === undefined || temporary.fault === fault) this.#end(name, temporary);
  }

  #end(name: Name, temporary: Temporary): void {
    const before = this.value(name);
    this.#forget(name, temporary);
    const value = this.value(name);
    if (value !== before) this.#apply(name, value);
  }

  #forget(name: Name, temporary: Temporary): void {
    temporary.stopEnd();
    temporary.fault.end();
    this.#temporary.set(name, this.#temporary.get(name)?.filter((other) => other !== temporary) ?? []);
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
