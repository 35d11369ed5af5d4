import type { Millis } from "../../mqtt/packet.js";

/**
 * How bad a finding is, the worst first. `error`: a real module would have failed. `warning`: it can fail later. `note`: it
 * works, but there is a better way.
 */
export const severities = ["error", "warning", "note"] as const;
export type Severity = (typeof severities)[number];

/** Something that a host did, and that fails or is risky on real hardware. Findings of one rule are counted. */
export interface Finding {
  /** The id of the rule: `early-command`, … */
  readonly rule: string;
  readonly severity: Severity;
  /** The `seq` of the event that the first finding is about. */
  readonly at: number;
  /** The module's clock at that event, in ms. */
  readonly t: Millis;
  /** What happened there, with its values. */
  readonly text: string;
  /** What to do instead. */
  readonly advice: string;
  /** Where the rule comes from: `note 3.2.9`, `V.250 5.6`, `field`, … */
  readonly source: string;
  /** How often it happened. */
  readonly count: number;
  /** The `seq` of the last event that a finding of this rule is about. */
  readonly last: number;
}
