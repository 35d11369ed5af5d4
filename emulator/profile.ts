import type { Quirks } from "./quirks.js";

/** Who the module says it is. Made up: no real device has these numbers. */
export interface Identity {
  readonly manufacturer: string;
  /** As ATI prints it. */
  readonly model: string;
  readonly firmware: string;
  readonly serialNumber: string;
  /** 15 digits, the last one by Luhn. */
  readonly imei: string;
  readonly imeisv: string;
  readonly svn: string;
}

/** A variant of the module: plain data. */
export interface Profile {
  readonly name: string;
  readonly identity: Identity;
  readonly quirks: Quirks;
}
