import type { Millis } from "../../mqtt/packet.js";
import type { Fault } from "./fault.js";
import type { EndedKind, Rule } from "./language/sentence.js";

/** The rules of a kind. */
export type RuleOf<K extends Rule["kind"]> = Extract<Rule, { readonly kind: K }>;

/** A rule in force. */
export interface ActiveRule<R extends Rule = Rule> {
  readonly fault: Fault;
  readonly rule: R;
  /** How often it will act yet. */
  left: number;
  /** How many of what fits pass untouched. */
  toPass: number;
  /** Cancels its end by time; undefined: it does not end by time. */
  readonly stopEnd: (() => void) | undefined;
}

/** Of these kinds only the latest rule acts. One without an end in time replaces those before it. */
const replaced: readonly Rule["kind"][] = ["latency", "bandwidth", "slowAnswers", "cutOutput", "hostBuffer"];

const none: readonly never[] = [];

/** The rules in force, in the order in which they were given. */
export class Rules {
  readonly #rules = new Map<Rule["kind"], ActiveRule[]>();
  readonly #after: (span: Millis, act: () => void) => () => void;
  readonly #ended: (active: ActiveRule) => void;
  #count = 0;

  /** `after` does something after a span of time; `ended` is called for each rule that is no longer in force. */
  constructor(after: (span: Millis, act: () => void) => () => void, ended: (active: ActiveRule) => void) {
    this.#after = after;
    this.#ended = ended;
  }

  get count(): number {
    return this.#count;
  }

  /** The rules of a kind. */
  of<K extends Rule["kind"]>(kind: K): readonly ActiveRule<RuleOf<K>>[] {
    if (this.#count === 0) return none; // as nearly always, and this is asked for every answer
    return (this.#rules.get(kind) as ActiveRule<RuleOf<K>>[] | undefined) ?? none;
  }

  /** Puts a rule into force. */
  put(fault: Fault, rule: Rule): ActiveRule {
    const { count, after, lasting } = rule.limits;
    if (lasting === undefined && replaced.includes(rule.kind)) this.endAll(rule.kind);
    const span = lasting && fault.drawSpan(lasting);
    const active: ActiveRule = {
      fault,
      rule,
      left: count === "every" ? Number.POSITIVE_INFINITY : count,
      toPass: after,
      stopEnd: span === undefined ? undefined : this.#after(span, () => this.end(active)),
    };
    this.#rules.set(rule.kind, [...(this.#rules.get(rule.kind) ?? []), active]);
    this.#count += 1;
    fault.begin();
    return active;
  }

  /** The first rule of a kind that fits and acts this time; it is counted. */
  take<K extends Rule["kind"]>(
    kind: K,
    fits: (rule: RuleOf<K>) => boolean = () => true,
  ): ActiveRule<RuleOf<K>> | undefined {
    if (this.#count === 0) return undefined;
    const rules = this.of(kind);
    const taken = rules.find((active) => fits(active.rule) && actsNow(active));
    if (taken !== undefined) this.use(taken);
    return taken;
  }

  /** Counts that a rule acts; the last time ends it. */
  use(active: ActiveRule): void {
    active.left -= 1;
    if (active.left === 0) this.end(active);
  }

  /** Ends a rule. */
  end(active: ActiveRule): void {
    const rules = this.of(active.rule.kind);
    if (!rules.includes(active)) return;
    this.#rules.set(
      active.rule.kind,
      rules.filter((other) => other !== active),
    );
    active.stopEnd?.();
    this.#count -= 1;
    active.fault.end();
    this.#ended(active);
  }

  /** Ends all rules of a kind. */
  endAll(kind: Rule["kind"] | EndedKind): void {
    for (const active of this.of(kind)) this.end(active);
  }

  /** Ends the rules of a fault, or all. */
  endOf(fault?: Fault): void {
    for (const rules of [...this.#rules.values()])
      for (const active of rules) if (fault === undefined || active.fault === fault) this.end(active);
  }

  /** The rules of a fault. */
  ofFault(fault: Fault): readonly ActiveRule[] {
    return [...this.#rules.values()].flat().filter((active) => active.fault === fault);
  }
}

/** Whether a rule that fits acts this time. Counts down what it lets pass. */
function actsNow(active: ActiveRule): boolean {
  if (active.toPass > 0) {
    active.toPass -= 1;
    return false;
  }
  return active.fault.happens(active.rule.limits.chance);
}
