import type { FinalResult } from "../../at/format.js";
import { fromBytes, type Octets } from "../../at/octets.js";
import type { Millis } from "../../mqtt/packet.js";
import type { HostFaults } from "../host-faults.js";
import type { LineResult } from "../run-line.js";
import type { TraceEvent } from "../trace.js";
import type { Fault } from "./fault.js";
import type { CommandDeed } from "./language/sentence.js";
import { fits } from "./pattern.js";
import type { RuleOf } from "./rules.js";
import type { Did, Stage } from "./stage.js";

type Trace = (event: TraceEvent) => void;
type Place = RuleOf<"sayInto">["where"];

/** Whether the line that the module would carry out next has been announced. */
type Announcement = "none" | "waiting" | "over";

const none: readonly never[] = [];

/** The seams module and answers, and noise: what faults do to command lines and answers. */
export class TalkFaults implements HostFaults {
  readonly #stage: Stage;
  #trace: Trace = () => {};
  readonly #announce: (line: Octets) => boolean;
  #announced: Announcement = "none";

  /** `announce` tells that the host has sent a line; it returns whether something is to be done first. */
  constructor(stage: Stage, announce: (line: Octets) => boolean) {
    this.#stage = stage;
    this.#announce = announce;
  }

  /** The same, which traces what it does in order with what the module does. */
  tracing(trace: Trace): this {
    this.#trace = trace;
    return this;
  }

  /** What had to be done before a line is done. */
  goOn(): void {
    this.#announced = "over";
  }

  /** The line that was announced has gone. */
  forget(): void {
    this.#announced = "none";
  }

  mustWait(line: Octets): boolean {
    if (this.#announced === "over") this.#announced = "none";
    else if (this.#announced === "none" && this.#announce(line)) this.#announced = "waiting";
    return this.#announced === "waiting";
  }

  insteadOf(line: Octets): LineResult | "silence" | undefined {
    const active = this.#stage.rules.take("command", ({ deed, line: of }) => deed.verb !== "delay" && fits(of, line));
    if (active === undefined) return undefined;
    const { deed } = active.rule;
    this.#hit(active.fault, `not carried out: ${deed.verb === "ignore" ? "no answer" : deed.verb}`);
    if (deed.verb === "ignore" || deed.verb === "delay") return "silence";
    return deed.verb === "error" ? final(errorResult(deed.code)) : this.#madeUp(deed);
  }

  delayOf(line: Octets | undefined): Millis {
    const { rules } = this.#stage;
    const slow = rules.of("slowAnswers").at(-1);
    const late =
      line === undefined
        ? undefined
        : rules.take("command", ({ deed, line: of }) => deed.verb === "delay" && fits(of, line));
    let span = 0;
    if (slow !== undefined) {
      const by = slow.fault.drawSpan(slow.rule.by);
      this.#hit(slow.fault, `the answer comes ${by} ms later`);
      span += by;
    }
    if (late?.rule.deed.verb === "delay") {
      const by = late.fault.drawSpan(late.rule.deed.by);
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

  /** An answer that is made up. Lines behind a final result are said as URCs; without one, OK ends it. */
  #madeUp({ lines }: Extract<CommandDeed, { readonly verb: "answer" }>): LineResult {
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

/** The result of an error number; without a number ERROR, whatever AT+CMEE says. */
function errorResult(code: number | undefined): FinalResult {
  return code ?? "ERROR";
}

function finalResultIn(line: Octets): FinalResult | undefined {
  if (line === "OK" || line === "ERROR") return line;
  const [, number] = /^\+CME ERROR: ?(\d+)$/.exec(line) ?? [];
  return number === undefined ? undefined : Number(number);
}
