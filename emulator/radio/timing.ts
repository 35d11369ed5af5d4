import type { Millis } from "../../mqtt/packet.js";

/** The range of a random duration, in ms. */
type Span = readonly [min: Millis, max: Millis];

/** The durations of a real module and its network. */
export interface Timing {
  /** From a reset to the banner. */
  readonly boot: Span;
  /** From the banner until the SIM is read. */
  readonly simRead: Span;
  /** From the OK of AT+CFUN=1 until the SIM is read. field */
  readonly simReadAgain: Span;
  /** From AT+CFUN=1 to its answer. field */
  readonly functionOn: Span;
  /** From AT+CFUN=0 to its answer. */
  readonly functionOff: Span;
  /** From the start of a search until the module is attached. */
  readonly attach: Span;
  /** The set-up of the RRC connection. */
  readonly rrcSetup: Span;
  /** From a command to its answer. */
  readonly answer: Span;
}

/** Timing presets by name. */
export const timings = {
  /** Nothing takes time. For CI. */
  instant: {
    boot: [0, 0],
    simRead: [0, 0],
    simReadAgain: [0, 0],
    functionOn: [0, 0],
    functionOff: [0, 0],
    attach: [0, 0],
    rrcSetup: [0, 0],
    answer: [0, 0],
  },
  /** The times of modules in the field. */
  realistic: {
    boot: [3000, 3000],
    simRead: [800, 1500],
    simReadAgain: [0, 2000],
    functionOn: [2000, 3000],
    functionOff: [1000, 3000], // decided
    attach: [8000, 30_000],
    rrcSetup: [600, 2500],
    answer: [5, 40],
  },
} as const satisfies Record<string, Timing>;

/** The name of a timing preset. */
export type TimingName = keyof typeof timings;
