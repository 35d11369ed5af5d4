import type { Verb } from "./telnet.js";

/** The options of RFC 856, RFC 858 and RFC 2217. */
export const telnetOption = { binary: 0, suppressGoAhead: 3, comPort: 44 } as const;

const supported: readonly number[] = Object.values(telnetOption);

/** Which side has an option: we, or the other. */
type Side = "us" | "them";
/** `asked`: we have offered it, or asked for it, and wait for the answer. */
type State = "no" | "asked" | "yes";

/** A word on an option, ours or theirs. */
export interface OptionWord {
  readonly verb: Verb;
  readonly option: number;
}

/** What is said of whom by which verb: they WILL what we ask them to DO. */
const sideOf: { readonly [V in Verb]: Side } = { will: "them", wont: "them", do: "us", dont: "us" };
const agreement: { readonly [S in Side]: Verb } = { us: "will", them: "do" };
const refusal: { readonly [S in Side]: Verb } = { us: "wont", them: "dont" };

/** Who has agreed to what. An answer is never answered, so that nobody goes round in circles (RFC 1143). */
export class TelnetOptions {
  readonly #states = new Map<string, State>();

  /** Whether a side has an option. */
  has(side: Side, option: number): boolean {
    return this.#states.get(`${side} ${option}`) === "yes";
  }

  /** Takes the other's word; returns our answer to it, if it needs one. */
  heard({ verb, option }: OptionWord): OptionWord | undefined {
    const side = sideOf[verb];
    const before = this.#states.get(`${side} ${option}`) ?? "no";
    const agrees = verb === "will" || verb === "do";
    if (agrees && !supported.includes(option)) return { verb: refusal[side], option };
    this.#states.set(`${side} ${option}`, agrees ? "yes" : "no");
    if (agrees) return before === "no" ? { verb: agreement[side], option } : undefined;
    return before === "yes" ? { verb: refusal[side], option } : undefined;
  }

  /** What there is to be asked for, of all that is supported: they shall, and we will. */
  offer(): readonly OptionWord[] {
    return supported.flatMap((option) => (["us", "them"] as const).flatMap((side) => this.#ask(side, option)));
  }

  #ask(side: Side, option: number): readonly OptionWord[] {
    // The COM port is offered by its client only (RFC 2217).
    if ((side === "us" && option === telnetOption.comPort) || this.#states.has(`${side} ${option}`)) return [];
    this.#states.set(`${side} ${option}`, "asked");
    return [{ verb: agreement[side], option }];
  }
}
