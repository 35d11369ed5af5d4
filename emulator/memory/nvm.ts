import type { SimCard } from "./sim-card.js";

/** The default and the legal values of a function of `AT+NCONFIG`: words, or a range of numbers. */
type NconfigRange =
  | { readonly standard: string; readonly words: readonly string[] }
  | { readonly standard: string; readonly min: number; readonly max: number };

const on = { standard: "TRUE", words: ["FALSE", "TRUE"] } as const;
const off = { standard: "FALSE", words: ["FALSE", "TRUE"] } as const;

/** The functions of `AT+NCONFIG`, in the order of the read form (AT manual). */
export const nconfigTable = {
  AUTOCONNECT: on,
  CR_0354_0338_SCRAMBLING: on,
  CR_0859_SI_AVOID: on,
  COMBINE_ATTACH: off,
  CELL_RESELECTION: on,
  ENABLE_BIP: off,
  MULTITONE: on,
  NAS_SIM_POWER_SAVING_ENABLE: on,
  BARRING_RELEASE_DELAY: { standard: "64", min: 0, max: 1800 },
  RELEASE_VERSION: { standard: "13", words: ["13", "14"] },
  RPM: off,
  SYNC_TIME_PERIOD: { standard: "0", min: 0, max: 65_535 },
  IPV6_GET_PREFIX_TIME: { standard: "15", min: 0, max: 65_535 },
  NB_CATEGORY: { standard: "2", words: ["1", "2"] },
  RAI: off,
  HEAD_COMPRESS: off,
  RLF_UPDATE: on,
  CONNECTION_REESTABLISHMENT: off,
  TWO_HARQ: off,
  PCO_IE_TYPE: { standard: "EPCO", words: ["PCO", "EPCO"] },
  T3324_T3412_EXT_CHANGE_REPORT: off,
  NON_IP_NO_SMS_ENABLE: off,
  SUPPORT_SMS: on,
  HPPLMN_SEARCH_ENABLE: on,
} as const satisfies Record<string, NconfigRange>;

/** The name of a function of `AT+NCONFIG`. */
export type NconfigName = keyof typeof nconfigTable;

/** The names of the functions, in the same order. */
export const nconfigNames = Object.keys(nconfigTable) as readonly NconfigName[];

/** The legal values of a function, as `AT+NCONFIG=?` prints them. */
export function nconfigValues(name: NconfigName): string {
  const range: NconfigRange = nconfigTable[name];
  return "words" in range ? range.words.join(",") : `${range.min}-${range.max}`;
}

/** A value in its stored form: a word in upper case, or a number without leading zeros; undefined where it is not legal. */
export function nconfigValue(name: NconfigName, text: string): string | undefined {
  const range: NconfigRange = nconfigTable[name];
  if ("words" in range) return range.words.find((word) => word === text.toUpperCase());
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= range.min && value <= range.max ? String(value) : undefined;
}

/** The baud rates of the UART (AT manual). */
export const baudRates = [2400, 4800, 9600, 57_600, 115_200, 230_400, 460_800, 921_600] as const;

/** The settings of the UART: the parameters of `AT+NATSPEED`. */
export interface Natspeed {
  readonly baud: (typeof baudRates)[number];
  readonly sync: 0 | 1 | 2 | 3;
  readonly stop: 1 | 2;
  /** 0: none. */
  readonly parity: 0 | 1 | 2;
  readonly xonxoff: 0 | 1;
}

/** The bands of the module, in the order of its own list. */
export const supportedBands = [5, 8, 3, 28, 20, 1] as const;

/** The cores of `AT+NLOGLEVEL`. */
export const logCores = ["PROTOCOL", "APPLICATION", "SECURITY"] as const;
/** The log levels of `AT+NLOGLEVEL`. */
export const coreLevels = ["VERBOSE", "NORMAL", "WARNING", "ERROR", "NONE"] as const;

/** The non-volatile memory: the settings that survive a reboot. */
export interface Nvm {
  readonly nconfig: { readonly [N in NconfigName]: string };
  readonly natspeed: Natspeed;
  /** The bands that AT+NBAND has chosen, in its order. */
  readonly bands: readonly number[];
  readonly qregswt: 0 | 1 | 2;
  readonly qledmode: 0 | 1;
  readonly nsonmi: 0 | 1 | 2 | 3;
  readonly ncdp: { readonly ip: string; readonly port: number } | undefined;
  /** `<AttachWithoutPDN>` of AT+CIPCA. */
  readonly cipca: 0 | 1;
  /** `<n>` of AT+CTZR. */
  readonly ctzr: 0 | 1 | 2 | 3;
  /** Whether the network sets the clock (AT+NITZ). */
  readonly nitz: 0 | 1;
  /** What has changed on the SIM card, which is not the module's memory but kept with it; undefined: nothing. */
  readonly sim: SimCard | undefined;
  readonly nloglevel: { readonly [core in (typeof logCores)[number]]: (typeof coreLevels)[number] };
}

/** The factory settings. */
export const factoryNvm: Nvm = {
  nconfig: Object.fromEntries(nconfigNames.map((name) => [name, nconfigTable[name].standard])) as Nvm["nconfig"],
  natspeed: { baud: 9600, sync: 2, stop: 1, parity: 0, xonxoff: 0 },
  bands: supportedBands,
  qregswt: 1,
  qledmode: 0,
  nsonmi: 1,
  ncdp: undefined,
  cipca: 0,
  ctzr: 0,
  nitz: 1,
  sim: undefined,
  nloglevel: { PROTOCOL: "NORMAL", APPLICATION: "NORMAL", SECURITY: "NORMAL" },
};
