import type { Millis } from "../../mqtt/packet.js";
import type { AwaitedEvents } from "./awaited-events.js";
import { Fault, type FaultStatus } from "./fault.js";
import { type FaultActions, isOneTime } from "./fault-actions.js";
import type { Scenario } from "./language/scenario.js";
import type { Sentence } from "./language/sentence.js";
import { type ScenarioContext, ScenarioRun } from "./scenario-run.js";
import type { Stage } from "./stage.js";

/** The most faults that wait or are in force. */
const maxFaults = 1000;
/** How often a fault may act at one moment: more often, it causes itself. decided */
const maxAtOnce = 1000;
/** How often all faults may act at one moment: more often, they cause each other. decided */
const maxTogether = 2 * maxFaults;
/** How many faults that never acted are remembered. decided */
const maxUnused = 100;

/** How often a sentence will act that has not begun. */
const countOf = ({ does }: Sentence): number | "every" => ("from" in does ? does.from.limits.count : 1);

/** The faults of a module: those that wait for their event, and those in force. */
export class Faults {
  readonly #stage: Stage;
  readonly #events: AwaitedEvents;
  readonly #actions: FaultActions;
  readonly #seed: number;
  readonly #all = new Map<number, Fault>();
  /** What ends the waiting of each fault. */
  readonly #waits = new Map<Fault, () => void>();
  readonly #runs = new Set<ScenarioRun>();
  #lastId = 0;
  /** Faults that are over and never acted. */
  #unused: Fault[] = [];
  /** How often each fault has acted at this moment. */
  readonly #atOnce = new Map<Fault, number>();
  #together = 0;
  #moment: Millis = 0;

  constructor(stage: Stage, events: AwaitedEvents, actions: FaultActions, seed: number) {
    this.#stage = stage;
    this.#events = events;
    this.#actions = actions;
    this.#seed = seed;
  }

  /** Why so many more cannot wait or be in force; undefined: they can. */
  refusalOf(more: number): string | undefined {
    if (this.#all.size + more <= maxFaults) return undefined;
    return `${this.#all.size} faults wait or are in force, and there is room for ${maxFaults}; take some back`;
  }

  /** Gives a fault. */
  add(sentence: Sentence): Fault {
    const fault = this.#make(sentence, this.#seed);
    fault.begin();
    this.act(fault);
    fault.end();
    return fault;
  }

  /** Plays a scenario. */
  play(scenario: Scenario): void {
    const seed = scenario.seed ?? this.#seed;
    const steps = scenario.steps.map((step) => ({
      step,
      faults: step.does.map((sentence) => this.#make(sentence, seed)),
    }));
    const context: ScenarioContext = {
      after: (span, act) => this.#stage.after(span, act),
      wait: (what, again, act) => this.#events.wait(what, again, act),
      act: (fault) => this.act(fault),
    };
    const run = new ScenarioRun(scenario, steps, context, seed);
    this.#runs.add(run);
    run.start();
  }

  /** A fault acts, comes into force, or begins to wait for its event. */
  act(fault: Fault): void {
    const { when } = fault.sentence;
    if (fault.isRemoved) return;
    if (when === undefined) {
      this.#do(fault);
      return;
    }
    fault.begin();
    const over = (): void => {
      stop();
      this.#waits.delete(fault);
      fault.end();
    };
    const stop = this.#events.wait(when.what, when.again, () => {
      this.#do(fault);
      if (!when.again && this.#waits.has(fault)) over();
    });
    this.#waits.get(fault)?.();
    this.#waits.set(fault, over);
  }

  /** The faults that wait or are in force. */
  list(): readonly FaultStatus[] {
    return [...this.#all.values()].map((fault) => this.status(fault));
  }

  /** A fault as it is now. */
  status(fault: Fault): FaultStatus {
    const { id, hits, sentence } = fault;
    const active = this.#stage.rules.ofFault(fault);
    const isOver = !this.#all.has(id);
    const isInForce = active.length > 0 || this.#actions.circumstances.isHeldBy(fault);
    let left = isOver ? 0 : countOf(sentence);
    if (active.length > 0) left = active.reduce((sum, each) => sum + each.left, 0);
    let state: FaultStatus["state"] = isOver ? "over" : "waiting";
    if (isInForce) state = "in force";
    return {
      id,
      fault: sentence.text,
      state,
      left: left === Number.POSITIVE_INFINITY ? "every" : left,
      hits,
    };
  }

  /** Takes a fault back. Returns false if there is no fault with this number. */
  remove(id: number): boolean {
    const fault = this.#all.get(id);
    if (fault === undefined) return false;
    this.#takeBack(fault);
    return true;
  }

  /** Takes all faults back. */
  clear(): void {
    for (const run of this.#runs) run.stop();
    this.#runs.clear();
    for (const fault of this.#all.values()) this.#takeBack(fault);
  }

  /** The faults that have never acted. */
  unused(): readonly FaultStatus[] {
    const all = [...this.#unused, ...this.#all.values()];
    return all.filter(({ hits }) => hits === 0).map((fault) => this.status(fault));
  }

  #make(sentence: Sentence, seed: number): Fault {
    this.#lastId += 1;
    const fault = new Fault(this.#lastId, sentence, seed, (over) => this.#over(over));
    this.#all.set(fault.id, fault);
    return fault;
  }

  #over(fault: Fault): void {
    this.#all.delete(fault.id);
    if (fault.hits === 0 && !fault.isRemoved && this.#unused.length < maxUnused) this.#unused.push(fault);
  }

  #takeBack(fault: Fault): void {
    fault.isRemoved = true;
    this.#waits.get(fault)?.();
    this.#stage.rules.endOf(fault);
    this.#actions.circumstances.takeBack(fault);
    this.#all.delete(fault.id); // one that waits for its step of a scenario
  }

  #do(fault: Fault): void {
    if (fault.isRemoved || this.#causesItself(fault)) return;
    const { does } = fault.sentence;
    const { rules } = this.#stage;
    fault.begin();
    if ("ends" in does) {
      rules.endAll(does.ends);
      this.#stage.hit(fault, "done");
    } else if ("from" in does) {
      if (rules.count < maxFaults) this.#actions.ruleStarted(rules.put(fault, does.from));
      else this.#stage.tell(fault, `not in force: ${maxFaults} are already`);
    } else if (!isOneTime(does.now)) this.#actions.circumstances.change(fault, does.now);
    else if (this.#actions.actOnce(does.now)) this.#stage.hit(fault, "done");
    else this.#stage.tell(fault, "there is nothing that it could act on");
    fault.end();
  }

  /** Whether a fault acts again and again at one moment, alone or with others. It is taken back then. */
  #causesItself(fault: Fault): boolean {
    if (this.#stage.now !== this.#moment) {
      this.#atOnce.clear();
      this.#together = 0;
    }
    this.#moment = this.#stage.now;
    this.#together += 1;
    const times = (this.#atOnce.get(fault) ?? 0) + 1;
    this.#atOnce.set(fault, times);
    const isOneOfMany = times > 1 && this.#together > maxTogether;
    if (times <= maxAtOnce && !isOneOfMany) return false;
    const why = isOneOfMany ? `faults act ${maxTogether} times` : `it acts ${maxAtOnce} times`;
    this.#stage.tell(fault, `taken back: ${why} at one moment`);
    this.#takeBack(fault);
    return true;
  }
}
