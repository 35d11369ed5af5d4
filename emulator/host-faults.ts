import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { LineResult } from "./run-line.js";

/** The faults between the module and its host. The module calls a method wherever a fault may act. */
export interface HostFaults {
  /** Whether the module must delay this line, because a fault acts first. */
  mustWait(line: Octets): boolean;
  /** The answer that replaces the line's own; undefined: the line runs. */
  insteadOf(line: Octets): LineResult | "silence" | undefined;
  /** The extra delay of an answer, in ms; `line` is undefined for the answer to a payload. */
  delayOf(line: Octets | undefined): Millis;
  /** Lines that are sent before an answer. */
  beforeAnswer(): readonly Octets[];
  /** Lines that are inserted into the bytes of an answer. */
  insideAnswer(): readonly Octets[];
  losesPrompt(): boolean;
  /** Whether a URC is lost; the trace shows it as `shown`. */
  losesUrc(line: Octets, shown: Octets): boolean;
  /** Bytes that are sent before a banner. */
  noise(): Octets;
}

const none: readonly Octets[] = [];

/** No faults. */
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
