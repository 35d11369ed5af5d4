import type { FinalResult } from "../../at/format.js";
import { fromBytes, type Octets } from "../../at/octets.js";
import type { Millis } from "../../mqtt/packet.js";
import type { HostFaults } from "../host-faults.js";
import type { LineResult } from "../run-line.js";
import type { TraceEvent } from "../trace.js";
import type { Fault } from "./fault.js";
import type { CommandAction } from "./language/sentence.js";
import { fits } from "./pattern.js";
import type { RuleOf } from "./rules.js";
import type { Did, Stage } from "./stage.js";

type Trace = (event: TraceEvent) => void;
type Place = RuleOf<"sayInto">["where"];

/** Whether the line that the module would carry out next has been announced. */
type Announcement = "none" | "waiting" | "over";

const none: readonly never[] = [];

/** The faults of the seams `module` and `answers`, and noise: they act on command lines, answers, URCs and the banner. */
export class DialogueFaults implements HostFaults {
  readonly #stage: Stage;
  #trace: Trace = () => {};
  readonly #announce: (line: Octets) => boolean;
  #announced: Announcement = "none";

  /** `announce` tells that the host has sent a line; it returns whether something is to be done first. */
  constructor(stage: Stage, announce: (line: Octets) => boolean) {
    this.#stage = stage;
    this.#announce = announce;
  }

  /** Sets how it traces: its events are then in order with those of the module. Returns itself. */
  tracing(trace: Trace): this {
    this.#trace = trace;
    return this;
  }

  /** The actions that had to come before the announced line are done. */
  goOn(): void {
    this.#announced = "over";
  }

  /** The announced line is gone, for instance by a reset. */
  forget(): void {
    this.#announced = "none";
  }

  mustWait(line: Octets): boolean {
    if (this.#announced === "over") this.#announced = "none";
    else if (this.#announced === "none" && this.#announce(line)) this.#announced = "waiting";
    return this.#announced === "waiting";
  }

  insteadOf(line: Octets): LineResult | "silence" | undefined {
    const active = this.#stage.rules.take(
      "command",
      ({ action, line: of }) => action.verb !== "delay" && fits(of, line),
    );
    if (active === undefined) return undefined;
    const { action } = active.rule;
    this.#hit(active.fault, `not carried out: ${action.verb === "ignore" ? "no answer" : action.verb}`);
    if (action.verb === "ignore" || action.verb === "delay") return "silence";
    return action.verb === "error" ? final(action.code ?? "ERROR") : this.#madeUp(action);
  }

  delayOf(line: Octets | undefined): Millis {
    const { rules } = this.#stage;
    const slow = rules.of("slowAnswers").at(-1);
    const late =
      line === undefined
        ? undefined
        : rules.take("command", ({ action, line: of }) => action.verb === "delay" && fits(of, line));
    let span = 0;
    if (slow !== undefined) {
      const by = slow.fault.drawSpan(slow.rule.by);
      this.#hit(slow.fault, `the answer comes ${by} ms later`);
      span += by;
    }
    if (late?.rule.action.verb === "delay") {
      const by = late.fault.drawSpan(late.rule.action.by);
      this.#hit(late.fault, `the answer comes ${by} ms later`);
      span += by;
    }
    return span;
  }

  beforeAnswer(): readonly Octets[] {
    return this.#into("beforeAnswer");
  }

  insideAnswer(): readonly Octets[] {
    return this.#into("insideAnswer");
  }

  losesPrompt(): boolean {
    const active = this.#stage.rules.take("losePrompt");
    if (active !== undefined) this.#hit(active.fault, { did: "a prompt is lost", effect: "lost", line: ">" });
    return active !== undefined;
  }

  losesUrc(line: Octets, shown: Octets): boolean {
    const active = this.#stage.rules.take("loseUrc", ({ line: of }) => fits(of, line));
    if (active !== undefined) this.#hit(active.fault, { did: "a URC is lost", effect: "lost", line: shown });
    return active !== undefined;
  }

  noise(): Octets {
    const active = this.#stage.rules.take("noise");
    if (active === undefined) return "";
    this.#hit(active.fault, "noise before the banner");
    return fromBytes(active.rule.bytes);
  }

  #into(where: Place): readonly Octets[] {
    const active = this.#stage.rules.take("sayInto", (rule) => rule.where === where);
    if (active === undefined) return none;
    this.#hit(active.fault, where === "beforeAnswer" ? "said before an answer" : "said inside an answer");
    return [active.rule.line];
  }

  /** The answer of a fault. Lines behind a final result are sent as URCs. Without a final result, OK ends the answer. */
  #madeUp({ lines }: Extract<CommandAction, { readonly verb: "answer" }>): LineResult {
    const end = lines.findIndex((line) => finalResultIn(line) !== undefined);
    const [information, behind] = end < 0 ? [lines, none] : [lines.slice(0, end), lines.slice(end + 1)];
    for (const line of behind) this.#stage.give({ from: "world", change: { kind: "say", line } });
    const result = finalResultIn(lines[end] ?? "OK") ?? "OK";
    const blocks = information.length === 0 ? none : [{ lines: information, shown: information }];
    return { blocks, ending: { kind: "final", result } };
  }

  #hit(fault: Fault, did: Did): void {
    this.#stage.hit(fault, did, 1, this.#trace);
  }
}

const final = (result: FinalResult): LineResult => ({ blocks: none, ending: { kind: "final", result } });

/** The final result in a line; undefined: it is none. */
function finalResultIn(line: Octets): FinalResult | undefined {
  if (line === "OK" || line === "ERROR") return line;
  const [, number] = /^\+CME ERROR: ?(\d+)$/.exec(line) ?? [];
  return number === undefined ? undefined : Number(number);
}
