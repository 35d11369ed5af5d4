import type { Octets } from "../../at/octets.js";
import type { Millis } from "../../mqtt/packet.js";

/** The timers of AT+CPSMS, each as 8 binary digits. */
export interface Cpsms {
  readonly periodic: Octets;
  readonly active: Octets;
}

/** The mode of AT+CEDRXS, and the value as 4 binary digits. */
export interface Cedrxs {
  readonly mode: 0 | 1 | 2;
  readonly value: Octets;
}

/** The parameters of a PDP context that AT+CGDCONT reads back. */
export interface PdpContext {
  readonly type: Octets;
  readonly apn: Octets;
  readonly headerCompression: 0 | 1;
  readonly nslpi: 0 | 1;
  readonly securePco: 0 | 1;
  /** Whether the network gives type and APN, because the host has not defined the context. */
  readonly isOfNetwork?: true;
}

/** The login of a context that AT+CGAUTH sets: PAP or CHAP. */
export interface ContextLogin {
  readonly protocol: 1 | 2;
  readonly user: Octets;
  readonly password: Octets;
}

/** The settings of the network commands, in RAM. A reboot restores the defaults. */
export interface NetworkSettings {
  /** `<n>` of AT+CEREG. */
  readonly cereg: 0 | 1 | 2 | 3 | 4 | 5;
  readonly cscon: 0 | 1;
  readonly npsmr: 0 | 1;
  readonly nipinfo: 0 | 1;
  readonly ngactr: 0 | 1;
  readonly nnmi: 0 | 1 | 2;
  /** The mode of AT+COPS: automatic, manual, or deregistered. */
  readonly cops: 0 | 1 | 2;
  /** Undefined: power saving is off. */
  readonly cpsms: Cpsms | undefined;
  readonly cedrxs: Cedrxs;
  readonly contexts: ReadonlyMap<number, PdpContext>;
  /** The logins of contexts, by `<cid>`. */
  readonly logins: ReadonlyMap<number, ContextLogin>;
  readonly dns: { readonly primary: Octets; readonly secondary: Octets };
}

const digits = /^[01]{8}$/;
const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** GPRS timer 3 (24.008 10.5.7.4a): the unit for each value of the three unit bits; 111: deactivated. */
const updateUnits = [10 * minutes, hours, 10 * hours, 2 * seconds, 30 * seconds, minutes, 320 * hours] as const;
/** GPRS timer 2 (24.008 10.5.7.3): the unit for each value of the three unit bits; 111: deactivated. */
const activeUnits = [2 * seconds, minutes, 6 * minutes, minutes, minutes, minutes, minutes] as const;

function timer(text: Octets, units: readonly Millis[]): Millis | undefined {
  if (!digits.test(text)) return undefined;
  const unit = units[Number.parseInt(text.slice(0, 3), 2)];
  return unit === undefined ? undefined : unit * Number.parseInt(text.slice(3), 2);
}

/** The power-saving timers in ms; undefined where PSM is off or a timer is deactivated. */
export function psmTimers(cpsms: Cpsms | undefined): { readonly active: Millis; readonly update: Millis } | undefined {
  const active = cpsms && timer(cpsms.active, activeUnits);
  const update = cpsms && timer(cpsms.periodic, updateUnits);
  return active === undefined || update === undefined ? undefined : { active, update: Math.max(update, active) };
}

/** The paging time window that the network grants with eDRX (24.008 10.5.5.32). decided */
export const pagingWindow = "0011";

/** The timers that the network grants if the host gives none. decided */
export const standardTimers: Cpsms = { periodic: "01000011", active: "01000011" };

/** Whether a change causes a tracking area update (24.301 5.5.3.2.2). */
export const isSignalled = (before: NetworkSettings, after: NetworkSettings): boolean =>
  before.cpsms !== after.cpsms || before.cedrxs !== after.cedrxs;

const defaultCedrxs: Cedrxs = { mode: 1, value: "0101" };
const noLogins: NetworkSettings["logins"] = new Map();
const noDns: NetworkSettings["dns"] = { primary: "0.0.0.0", secondary: "0.0.0.0" };

/** The settings after a start. */
export const defaultNetworkSettings = (apn: Octets): NetworkSettings => ({
  cereg: 0,
  cscon: 0,
  npsmr: 0,
  nipinfo: 0,
  ngactr: 0,
  nnmi: 1,
  cops: 0,
  cpsms: undefined,
  cedrxs: defaultCedrxs,
  contexts: new Map([[0, { type: "IP", apn, headerCompression: 0, nslpi: 0, securePco: 0, isOfNetwork: true }]]),
  logins: noLogins,
  dns: noDns,
});
