import type { Octets } from "../../at/octets.js";
import type { Millis } from "../../mqtt/packet.js";

/** AT+CPSMS: the timers as the host wrote them, 8 binary digits. */
export interface Cpsms {
  readonly periodic: Octets;
  readonly active: Octets;
}

/** AT+CEDRXS: the mode, and the value as the host wrote it, 4 binary digits. */
export interface Cedrxs {
  readonly mode: 0 | 1 | 2;
  readonly value: Octets;
}

/** A PDP context of AT+CGDCONT, as far as it reads back. */
export interface PdpContext {
  readonly type: Octets;
  readonly apn: Octets;
  readonly nslpi: 0 | 1;
  readonly securePco: 0 | 1;
}

/** What the network commands keep in RAM: a reboot forgets it. */
export interface NetworkSettings {
  /** `<n>` of AT+CEREG. */
  readonly cereg: 0 | 1 | 2 | 3 | 4 | 5;
  readonly cscon: 0 | 1;
  readonly npsmr: 0 | 1;
  readonly nnmi: 0 | 1 | 2;
  /** The mode of AT+COPS: automatic, manual, or deregistered. */
  readonly cops: 0 | 1 | 2;
  /** Undefined: power saving is off. */
  readonly cpsms: Cpsms | undefined;
  readonly cedrxs: Cedrxs;
  readonly contexts: ReadonlyMap<number, PdpContext>;
  readonly dns: { readonly primary: Octets; readonly secondary: Octets };
}

const digits = /^[01]{8}$/;
const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** GPRS timer 3 (24.008 10.5.7.4a): what the three unit bits mean; 111 switches off. */
const updateUnits = [10 * minutes, hours, 10 * hours, 2 * seconds, 30 * seconds, minutes, 320 * hours] as const;
/** GPRS timer 2 (24.008 10.5.7.3): any other unit is a minute, 111 switches off. */
const activeUnits = [2 * seconds, minutes, 6 * minutes, minutes, minutes, minutes, minutes] as const;

function timer(text: Octets, units: readonly Millis[]): Millis | undefined {
  if (!digits.test(text)) return undefined;
  const unit = units[Number.parseInt(text.slice(0, 3), 2)];
  return unit === undefined ? undefined : unit * Number.parseInt(text.slice(3), 2);
}

/** The power-saving timers in ms; undefined where one of them is switched off. */
export function psmTimers(cpsms: Cpsms | undefined): { readonly active: Millis; readonly update: Millis } | undefined {
  const active = cpsms && timer(cpsms.active, activeUnits);
  const update = cpsms && timer(cpsms.periodic, updateUnits);
  return active === undefined || update === undefined ? undefined : { active, update: Math.max(update, active) };
}

/** What the network grants where the host asked for nothing. decided */
export const standardTimers: Cpsms = { periodic: "01000011", active: "01000011" };

/** Whether a change is told to the network, by a tracking area update (24.301 5.5.3.2.2). */
export const isSignalled = (before: NetworkSettings, after: NetworkSettings): boolean =>
  before.cpsms !== after.cpsms || before.cedrxs !== after.cedrxs;

/** Before the host has set anything. */
export const defaultNetworkSettings = (apn: Octets): NetworkSettings => ({
  cereg: 0,
  cscon: 0,
  npsmr: 0,
  nnmi: 1,
  cops: 0,
  cpsms: undefined,
  cedrxs: { mode: 1, value: "0101" },
  contexts: new Map([[0, { type: "IP", apn, nslpi: 0, securePco: 0 }]]),
  dns: { primary: "0.0.0.0", secondary: "0.0.0.0" },
});
