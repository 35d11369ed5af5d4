import type { TimingName } from "../radio/timing.js";
import type { Quirks } from "./quirks.js";

/** The identity of the module and its SIM. In the built-in profiles no real device has these numbers. */
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
  /** The PIN that the SIM asks for, 4 to 8 digits; empty: it asks for none. */
  readonly pin: string;
  /** The code that unblocks the PIN, 8 digits. */
  readonly puk: string;
}

/** The network around the module, the measured values, and the answers of peers. */
export interface Surroundings {
  /** How it is when the run begins: the SIM, coverage, the network's reply, and the `<rssi>` of AT+CSQ. Faults change it later. */
  readonly sim: "in" | "out";
  readonly coverage: "on" | "off";
  readonly network: "home" | "roaming" | "denied" | "searching";
  /** 0 to 31, or 99. */
  readonly rssi: number;
  /** The network's MCC and MNC, as AT+COPS prints it. */
  readonly operator: string;
  /** Tracking area and cell in hexadecimal. AT+CEREG prints 4 and 8 digits. */
  readonly tac: string;
  readonly cell: string;
  /** The PDP address. */
  readonly address: string;
  readonly apn: string;
  /** The DNS servers that the network names, as AT+CGCONTRDP prints them. */
  readonly primaryDns: string;
  readonly secondaryDns: string;
  /** Quarter hours east of UTC, as AT+CCLK prints it. */
  readonly timeZone: number;
  /** TTL and round-trip time in ms of AT+NPING. Time 0: no answer. */
  readonly pingTtl: number;
  readonly pingRtt: number;
  /** The values of AT+NUESTATS, in its units. The powers are in tenths of dBm. */
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
  /** In degrees Celsius and in mV, as AT+QCHIPINFO prints them. */
  readonly temperature: number;
  readonly voltage: number;
}

/** Whether URCs are sent between a command and its answer. Fast answers leave them no time, so that timing decides. field */
export const sendsUrcsBeforeInformation = ({ timing, quirks: { urcWhileAnswering } }: Profile): boolean =>
  urcWhileAnswering === "by-timing" ? timing === "realistic" : urcWhileAnswering === "before-information";

/** Whether AT+NSOCO is answered before the connection is there, and +NSOCO tells of that. field */
export const answersBeforeConnection = ({ quirks }: Profile): boolean => quirks.nsocoOk === "accepted";

/** A variant of the module, as plain data. */
export interface Profile {
  readonly name: string;
  readonly timing: TimingName;
  readonly identity: Identity;
  readonly surroundings: Surroundings;
  readonly quirks: Quirks;
}
