import type { Millis } from "../../mqtt/packet.js";
import type { Effect } from "../io.js";
import { Random } from "../random.js";
import type { Sentence, Span } from "./language/sentence.js";

/** A fault as `list` shows it. */
export interface FaultStatus {
  readonly id: number;
  /** The sentence. */
  readonly fault: string;
  /** `waiting`: for its event, or for its step of a scenario. `over`: it has acted, or its time has passed. */
  readonly state: "waiting" | "in force" | "over";
  /** How often it will act yet; `every` has no end. */
  readonly left: number | "every";
  /** How often it has acted. */
  readonly hits: number;
}

/** The result of giving faults, all or none: their status and the effects, or a line for people. */
export type Added =
  | { readonly faults: readonly FaultStatus[]; readonly effects: readonly Effect[] }
  | { readonly problem: string };

/** A sentence that was given. It draws random numbers from a sequence of its own, so that no fault changes those of another. */
export class Fault {
  readonly id: number;
  readonly sentence: Sentence;
  /** How often it has acted. */
  hits = 0;
  /** It was taken back, and acts no more. */
  isRemoved = false;
  readonly #random: Random;
  readonly #over: (fault: Fault) => void;
  #parts = 0;

  /** `over` is called when no part of it is waiting or in force any more. */
  constructor(id: number, sentence: Sentence, seed: number, over: (fault: Fault) => void) {
    this.id = id;
    this.sentence = sentence;
    this.#random = new Random((seed + Math.imul(id, 0x9e37_79b9)) >>> 0);
    this.#over = over;
  }

  /** A part of it waits, or is in force. */
  begin(): void {
    this.#parts += 1;
  }

  /** A part of it is over. */
  end(): void {
    this.#parts -= 1;
    if (this.#parts === 0) this.#over(this);
  }

  /** A whole number from `min` to `max`. */
  draw({ min, max }: { readonly min: number; readonly max: number }): number {
    return min === max ? min : Math.floor(this.#random.between([min, max + 1]));
  }

  /** A span of time in ms. */
  drawSpan(span: Span): Millis {
    return this.draw(span);
  }

  /** Whether it happens this time; 1 draws nothing. */
  happens(chance: number): boolean {
    return chance === 1 || this.#random.between([0, 1]) < chance;
  }
}
