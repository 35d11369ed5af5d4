import { type Octets, toBytes } from "../at/octets.js";
import type { Effect } from "./io.js";
import type { TraceEvent } from "./trace.js";

/** What the module does in answer to one stimulus, in its order. What it says in a row becomes one effect. */
export class Effects {
  /** Whether someone looks at the events of every line and every packet; these are not made otherwise. */
  isTraced: boolean;
  #list: Effect[] = [];
  #said: Octets = "";

  constructor(isTraced: boolean) {
    this.isTraced = isTraced;
  }

  /** The module says something to its host. */
  say(octets: Octets): void {
    this.#said += octets;
  }

  /** How many octets stand there of what the module is saying. */
  get said(): number {
    return this.#said.length;
  }

  /** Puts octets into the middle of what was said since `from`. */
  sayInside(from: number, octets: Octets): void {
    const middle = from + ((this.#said.length - from) >> 1);
    this.#said = this.#said.slice(0, middle) + octets + this.#said.slice(middle);
  }

  /** The module does something. */
  do(effect: Effect): void {
    if (effect.to !== "trace") this.#flush();
    this.#list.push(effect);
  }

  /** The module does several things. */
  doAll(effects: readonly Effect[]): void {
    for (const effect of effects) this.do(effect);
  }

  /** An observer may know. */
  trace(event: TraceEvent): void {
    this.#list.push({ to: "trace", event });
  }

  /** Gives all effects out, and begins anew. */
  take(): readonly Effect[] {
    this.#flush();
    const list = this.#list;
    this.#list = [];
    return list;
  }

  #flush(): void {
    if (this.#said === "") return;
    this.#list.push({ to: "host", bytes: toBytes(this.#said) });
    this.#said = "";
  }
}
