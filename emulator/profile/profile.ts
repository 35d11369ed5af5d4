import type { TimingName } from "../radio/timing.js";
import type { Quirks } from "./quirks.js";

/** Who the module says it is. Made up: no real device has these numbers. */
export interface Identity {
  readonly manufacturer: string;
  /** As ATI prints it. */
  readonly model: string;
  /** As AT+CGMM prints it. */
  readonly modelName: string;
  readonly firmware: string;
  /** The lines of AT+CGMR. */
  readonly revision: readonly string[];
  readonly serialNumber: string;
  /** 15 digits, the last one by Luhn. */
  readonly imei: string;
  readonly imeisv: string;
  readonly svn: string;
  /** 15 digits. */
  readonly imsi: string;
  /** 20 digits. */
  readonly iccid: string;
}

/** What the network is like where the module is. */
export interface Surroundings {
  /** The network's MCC and MNC, as AT+COPS prints it. */
  readonly operator: string;
  /** Hexadecimal, as AT+CEREG prints them. */
  readonly tac: string;
  readonly cell: string;
  /** The PDP address. */
  readonly address: string;
  readonly apn: string;
  /** Quarter hours east of UTC, as AT+CCLK prints it. */
  readonly timeZone: number;
  /** What AT+NPING answers; rtt 0 is no answer. */
  readonly pingTtl: number;
  readonly pingRtt: number;
  /** Tenths of dBm, as AT+NUESTATS prints them. */
  readonly signalPower: number;
  readonly totalPower: number;
  readonly txPower: number;
  readonly txTime: number;
  readonly rxTime: number;
  readonly cellId: number;
  readonly ecl: number;
  readonly snr: number;
  readonly earfcn: number;
  readonly pci: number;
  readonly rsrq: number;
  readonly band: number;
  /** Degrees Celsius, and mV, as AT+QCHIPINFO prints them. */
  readonly temperature: number;
  readonly voltage: number;
}

/** A variant of the module: plain data. */
export interface Profile {
  readonly name: string;
  readonly timing: TimingName;
  readonly identity: Identity;
  readonly surroundings: Surroundings;
  readonly quirks: Quirks;
}
