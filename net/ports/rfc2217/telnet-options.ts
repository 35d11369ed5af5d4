import type { Verb } from "./telnet.js";

/** The options that are supported: RFC 856, RFC 858 and RFC 2217. */
export const telnetOption = { binary: 0, suppressGoAhead: 3, comPort: 44 } as const;

const supported: readonly number[] = Object.values(telnetOption);

/** The side that an option belongs to: us, or the host. */
type Side = "us" | "them";
/** `asked`: we have offered or requested it, and wait for the answer. */
type State = "no" | "asked" | "yes";

/** A command about an option, of either side. */
export interface OptionMessage {
  readonly verb: Verb;
  readonly option: number;
}

/** Whose option each verb of the host is about: its WILL is about its own, its DO about ours. */
const sideOf: { readonly [V in Verb]: Side } = { will: "them", wont: "them", do: "us", dont: "us" };
const agreement: { readonly [S in Side]: Verb } = { us: "will", them: "do" };
const refusal: { readonly [S in Side]: Verb } = { us: "wont", them: "dont" };

/** The state of each option on both sides. An answer is not answered again: otherwise both sides could loop, RFC 1143. */
export class TelnetOptions {
  readonly #states = new Map<string, State>();

  /** Whether an option is in force on a side. */
  has(side: Side, option: number): boolean {
    return this.#states.get(`${side} ${option}`) === "yes";
  }

  /** Handles a message of the host; returns our answer, or undefined if it needs none. */
  receive({ verb, option }: OptionMessage): OptionMessage | undefined {
    const side = sideOf[verb];
    const before = this.#states.get(`${side} ${option}`) ?? "no";
    const agrees = verb === "will" || verb === "do";
    if (agrees && !supported.includes(option)) return { verb: refusal[side], option };
    this.#states.set(`${side} ${option}`, agrees ? "yes" : "no");
    if (agrees) return before === "no" ? { verb: agreement[side], option } : undefined;
    return before === "yes" ? { verb: refusal[side], option } : undefined;
  }

  /** Requests and offers all supported options that nobody has mentioned yet, on both sides. */
  requestAll(): readonly OptionMessage[] {
    return supported.flatMap((option) => (["us", "them"] as const).flatMap((side) => this.#ask(side, option)));
  }

  #ask(side: Side, option: number): readonly OptionMessage[] {
    // Only the client offers COM-PORT-OPTION. RFC 2217
    if ((side === "us" && option === telnetOption.comPort) || this.#states.has(`${side} ${option}`)) return [];
    this.#states.set(`${side} ${option}`, "asked");
    return [{ verb: agreement[side], option }];
  }
}
