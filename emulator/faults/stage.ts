import type { Millis } from "../../mqtt/packet.js";
import type { Effect, Stimulus } from "../io.js";
import type { FaultHit, TraceEvent } from "../trace.js";
import { Agenda } from "./agenda.js";
import type { Fault } from "./fault.js";
import { type ActiveRule, Rules } from "./rules.js";

/** The most bytes that faults hold back. */
const maxHeldBytes = 4 * 1024 * 1024;

/** What a fault did: a text for people, and, where it acted on one packet or line, what became of that. */
export type Did = string | ({ readonly did: string } & FaultHit);

/** What the parts of a faulty modem share: its time, what is still to be done, and what has come out. */
export class Stage {
  /** The time outside, which goes on while the module is frozen. */
  now: Millis = 0;
  readonly rules: Rules;
  readonly #agenda = new Agenda();
  readonly #toModule: (stimulus: Stimulus) => void;
  #todo: (() => void)[] = [];
  /** The index in `#todo` of what is done next. An array that loses its first element each time is slow when it is long. */
  #next = 0;
  #out: Effect[] = [];
  #held = 0;

  constructor(toModule: (stimulus: Stimulus) => void, ruleEnded: (active: ActiveRule) => void) {
    this.#toModule = toModule;
    this.rules = new Rules((span, act) => this.after(span, act), ruleEnded);
  }

  /** Whether nothing is to be done later. */
  get isIdle(): boolean {
    return this.#agenda.isEmpty && this.rules.count === 0;
  }

  /** When something is to be done next. */
  get wakeAt(): Millis {
    return this.#agenda.wakeAt;
  }

  /** Gives a stimulus to the module, once everything that is being done is done. */
  give(stimulus: Stimulus): void {
    this.soon(() => this.#toModule(stimulus));
  }

  /** Gives an effect to the outside. */
  put(effect: Effect): void {
    this.#out.push(effect);
  }

  /** Does something once everything that is being done is done. */
  soon(act: () => void): void {
    this.#todo.push(act);
  }

  /** Does something at a moment; returns a function that prevents it. */
  at(moment: Millis, act: () => void): () => void {
    return this.#agenda.put(moment, act);
  }

  /** Does something after a span of time; returns a function that prevents it. */
  after(span: Millis, act: () => void): () => void {
    return this.at(this.now + span, act);
  }

  /** A fault has acted. */
  hit(fault: Fault, did: Did, times = 1, trace?: (event: TraceEvent) => void): void {
    fault.hits += times;
    this.tell(fault, did, trace);
  }

  /** Tells of a fault. */
  tell(fault: Fault, did: Did, trace = (event: TraceEvent): void => this.put({ to: "trace", event })): void {
    trace({ kind: "fault", id: fault.id, fault: fault.sentence.text, ...(typeof did === "string" ? { did } : did) });
  }

  /** Counts bytes that are to be held back. Returns false if there are too many: then they must not be held. */
  hold(bytes: number): boolean {
    if (this.#held + bytes > maxHeldBytes) return false;
    this.#held += bytes;
    return true;
  }

  /** Counts bytes that are no longer held back. */
  release(bytes: number): void {
    this.#held -= bytes;
  }

  /** Does everything that is to be done by now. */
  settle(): void {
    for (;;) {
      const act = this.#takeTodo() ?? this.#agenda.takeDue(this.now);
      if (act === undefined) return;
      act();
    }
  }

  #takeTodo(): (() => void) | undefined {
    const act = this.#todo[this.#next];
    this.#next += 1;
    if (act === undefined) {
      this.#todo = [];
      this.#next = 0;
    }
    return act;
  }

  /** Takes out everything that has come out. */
  takeOut(): readonly Effect[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }
}
