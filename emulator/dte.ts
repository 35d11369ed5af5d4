import type { Quirks } from "./profile/quirks.js";

/** The settings of the AT interface: the parameters of V.250, and AT+CMEE. */
export interface Dte {
  /** ATE */
  readonly echo: boolean;
  /** ATV */
  readonly verbose: boolean;
  /** ATQ */
  readonly quiet: boolean;
  /** S3, S4 and S5. All can be written and read; only S5 has an effect. */
  readonly s3: number;
  readonly s4: number;
  readonly s5: number;
  readonly cmee: 0 | 1 | 2;
}

/** The settings after a start, ATZ or AT&F (AT manual). */
export const defaultDte = ({ echo }: Quirks): Dte => ({
  echo: echo === "on",
  verbose: true,
  quiet: false,
  s3: 13,
  s4: 10,
  s5: 8,
  cmee: 0,
});
