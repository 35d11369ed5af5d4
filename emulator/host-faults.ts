import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { LineResult } from "./run-line.js";

/** What faults do to the talk with the host. The module asks at each place where one may act. */
export interface HostFaults {
  /** Whether the module must wait with this line, because something else is to happen first. */
  mustWait(line: Octets): boolean;
  /** What the host gets instead of what the line would do; undefined: the line is carried out. */
  insteadOf(line: Octets): LineResult | "silence" | undefined;
  /** How much later an answer comes, in ms; `line` is undefined for the answer to a payload. */
  delayOf(line: Octets | undefined): Millis;
  /** Lines that come before an answer. */
  beforeAnswer(): readonly Octets[];
  /** Lines that come in the middle of the bytes of an answer. */
  insideAnswer(): readonly Octets[];
  losesPrompt(): boolean;
  losesUrc(line: Octets): boolean;
  /** What comes before a banner. */
  noise(): Octets;
}

const none: readonly Octets[] = [];

/** Nothing goes wrong. */
export const noHostFaults: HostFaults = {
  mustWait: () => false,
  insteadOf: () => undefined,
  delayOf: () => 0,
  beforeAnswer: () => none,
  insideAnswer: () => none,
  losesPrompt: () => false,
  losesUrc: () => false,
  noise: () => "",
};
