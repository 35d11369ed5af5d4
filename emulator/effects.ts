import { type Octets, toBytes } from "../at/octets.js";
import type { Effect } from "./io.js";
import type { Secrets, SocketSecrets } from "./secrets.js";
import type { TraceEvent } from "./trace.js";

/** The effects of one stimulus, in their order. Output to the host without another effect between becomes one effect. */
export class Effects {
  /** Whether the events of each line and each packet are made. */
  isTraced: boolean;
  /** How the events show what may hold a secret. */
  readonly secrets: Secrets;
  #socketSecrets: SocketSecrets | undefined;
  #list: Effect[] = [];
  #output: Octets = "";

  constructor(isTraced: boolean, secrets: Secrets) {
    this.isTraced = isTraced;
    this.secrets = secrets;
  }

  /** How the events show what the host sends over its sockets. Made when an event needs it. */
  get socketSecrets(): SocketSecrets {
    this.#socketSecrets ??= this.secrets.newSocketSecrets();
    return this.#socketSecrets;
  }

  /** Adds output to the host. */
  output(octets: Octets): void {
    this.#output += octets;
  }

  /** The number of octets that `output` has collected for the next effect. */
  get outputLength(): number {
    return this.#output.length;
  }

  /** Inserts octets into the middle of what `output` has collected since `from`. */
  insertOutput(from: number, octets: Octets): void {
    const middle = from + ((this.#output.length - from) >> 1);
    this.#output = this.#output.slice(0, middle) + octets + this.#output.slice(middle);
  }

  /** Adds an effect. */
  do(effect: Effect): void {
    if (effect.to !== "trace") this.#flush();
    this.#list.push(effect);
  }

  /** Adds several effects. */
  doAll(effects: readonly Effect[]): void {
    for (const effect of effects) this.do(effect);
  }

  /** Adds a trace event. */
  trace(event: TraceEvent): void {
    this.#list.push({ to: "trace", event });
  }

  /** Returns all effects, and clears the list. */
  take(): readonly Effect[] {
    this.#flush();
    const list = this.#list;
    this.#list = [];
    return list;
  }

  #flush(): void {
    if (this.#output === "") return;
    this.#list.push({ to: "host", bytes: toBytes(this.#output) });
    this.#output = "";
  }
}
