import type { Millis } from "../../mqtt/packet.js";

/** From which span a duration is drawn. */
type Span = readonly [min: Millis, max: Millis];

/** How long things take that only silicon and networks need time for. */
export interface Timing {
  /** From a reset to the banner. */
  readonly boot: Span;
  /** Until the SIM is read, from the banner on. */
  readonly simRead: Span;
  /** Until the SIM is read, from the OK of AT+CFUN=1 on. field */
  readonly simReadAgain: Span;
  /** Until AT+CFUN=1 is answered. field */
  readonly functionOn: Span;
  /** Until AT+CFUN=0 is answered. */
  readonly functionOff: Span;
  /** From searching to attached. */
  readonly attach: Span;
  /** To bring the radio connection up before something can be sent. */
  readonly rrcSetup: Span;
  /** Until a command is answered. */
  readonly answer: Span;
}

/** Timing presets by name. */
export const timings = {
  /** Nothing takes time: for CI. */
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
  /** As modules in the field take it. */
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
