import type { RefusedFor } from "../../at/command.js";
import type { Millis } from "../../mqtt/packet.js";
import { lockOf, type SimCard } from "../memory/sim-card.js";
import type { Surroundings } from "../profile/profile.js";
import type { Timing } from "./timing.js";

/** The stage of the registration. */
export type RadioStage =
  /** CFUN=0, or no SIM. */
  | "off"
  | "readingSim"
  /** The SIM asks for its PIN or PUK. */
  | "locked"
  /** The host has not asked for the network: CGATT=0, COPS=2, or AUTOCONNECT FALSE. */
  | "standby"
  /** No coverage. */
  | "outOfReach"
  | "searching"
  /** The network has denied the registration. */
  | "denied"
  | "attached";

/** The state of SIM, network and registration. Inputs from outside change it, and so do AT+CFUN, AT+CGATT and AT+COPS. */
export interface Radio {
  readonly sim: boolean;
  readonly coverage: boolean;
  /** The `<rssi>` of AT+CSQ while there is coverage: 0 to 31, or 99 for unknown. */
  readonly rssi: number;
  /** The network's reply to the registration; `searching`: there is none, so the search goes on. */
  readonly network: "home" | "roaming" | "denied" | "searching";
  /** AT+CFUN. False: minimum functionality, with the radio off. */
  readonly functionality: boolean;
  /** Whether the host wants the module attached. */
  readonly wanted: boolean;
  /** Whether the SIM has been read since the module started. */
  readonly simKnown: boolean;
  /** Whether the PIN has been given since the SIM got power. */
  readonly verified: boolean;
  /** Whether the network has denied the registration since the module started. */
  readonly wasDenied: boolean;
  /** The `<cid>`s of the active PDP contexts. */
  readonly active: ReadonlySet<number>;
  /** When the search for a cell has found one, or will; infinite: there is no search. */
  readonly cellAt: Millis;
  /** Whether the network has named the APN of context 0 since the module started. */
  readonly apnKnown: boolean;
  readonly stage: RadioStage;
  /** When the stage ends by itself. */
  readonly until: Millis;
}

/** A change of the radio from outside. Each field that is given is set. */
export interface RadioChange {
  readonly kind: "radio";
  readonly sim?: boolean;
  readonly coverage?: boolean;
  readonly rssi?: number;
  readonly network?: Radio["network"];
}

/** The `<cid>` of the context that attaching activates. */
export const attachContext = 0;

const noContexts: ReadonlySet<number> = new Set();
const attachContexts: ReadonlySet<number> = new Set([attachContext]);

/** What registering depends on, beside the radio itself. */
export interface Conditions {
  readonly card: SimCard;
  /** Whether the module attaches without a PDP context (AT+CIPCA). */
  readonly attachesBare: boolean;
}

const never: Millis = Number.POSITIVE_INFINITY;

/** The share of the time from a search to the attachment after which a cell is found. decided */
const cellShare = 1 / 8;

/** The radio at power-on, before it does anything. */
export const radioOn: Omit<Radio, "sim" | "coverage" | "rssi" | "network"> = {
  functionality: true,
  wanted: true,
  simKnown: false,
  verified: false,
  wasDenied: false,
  active: noContexts,
  cellAt: never,
  apnKnown: false,
  stage: "off",
  until: 0,
};

/** The radio when the run begins. */
export const radioAt = ({ sim, coverage, rssi, network }: Surroundings): Radio => ({
  ...radioOn,
  sim: sim === "in",
  coverage: coverage === "on",
  rssi,
  network,
});

/** Whether the module is attached. */
export const isAttached = (radio: Radio): boolean => radio.stage === "attached";

/** Whether the module has an active PDP context. Only then can MQTT, look-ups and pings use the network. */
export const isOnline = ({ active }: Radio): boolean => active.size > 0;

/** The stage to fall back to, because a condition of the present one no longer holds; undefined: all hold. */
function fallbackOf(radio: Radio, card: SimCard): RadioStage | undefined {
  const { sim, functionality, wanted, coverage, network, stage, verified } = radio;
  if (!sim || !functionality) return "off";
  if (stage === "off" || stage === "readingSim") return undefined;
  if (lockOf(card, verified) !== "none") return "locked";
  if (!wanted) return "standby";
  if (!coverage) return stage === "standby" ? undefined : "outOfReach";
  if (stage === "attached" && (network === "denied" || network === "searching")) return "searching";
  return stage === "denied" && network !== "denied" ? "searching" : undefined;
}

/** The stage after a search, by the network's reply; undefined: the search goes on. */
const stageAfterSearch: { readonly [N in Radio["network"]]: RadioStage | undefined } = {
  home: "attached",
  roaming: "attached",
  denied: "denied",
  searching: undefined,
};

/** The next stage of each stage when its time is over; undefined: the stage stays. */
const nextStage: { readonly [S in RadioStage]: (radio: Radio) => RadioStage | undefined } = {
  off: ({ sim, functionality }) => (sim && functionality ? "readingSim" : undefined),
  readingSim: ({ wanted }) => (wanted ? "searching" : "standby"),
  locked: ({ wanted }) => (wanted ? "searching" : "standby"),
  standby: ({ wanted }) => (wanted ? "searching" : undefined),
  outOfReach: ({ coverage }) => (coverage ? "searching" : undefined),
  searching: ({ network }) => stageAfterSearch[network],
  denied: () => undefined,
  attached: () => undefined,
};

/** The name of the time that a stage takes; undefined: none. */
function spanOf({ simKnown }: Radio, stage: RadioStage): keyof Timing | undefined {
  if (stage === "readingSim") return simKnown ? "simReadAgain" : "simRead";
  return stage === "searching" ? "attach" : undefined;
}

/** Draws the duration of something, in ms. */
export type Pace = (what: keyof Timing) => Millis;

/** When a cell is found by a stage that takes a time from now on. A cell that is known stays known. */
function cellAtOf({ cellAt }: Radio, stage: RadioStage, now: Millis, takes: Millis): Millis {
  if (stage === "off" || stage === "outOfReach") return never;
  return stage === "searching" && cellAt === never ? now + Math.round(takes * cellShare) : cellAt;
}

function enter(radio: Radio, stage: RadioStage, attachesBare: boolean, now: Millis, pace: Pace): Radio {
  const span = spanOf(radio, stage);
  const takes = span === undefined ? 0 : pace(span);
  const cellAt = cellAtOf(radio, stage, now, takes);
  const simKnown = radio.simKnown || radio.stage === "readingSim";
  const verified = radio.verified && stage !== "off"; // the SIM has no power there
  const wasDenied = radio.wasDenied || stage === "denied";
  const active = stage === "attached" && !attachesBare ? attachContexts : noContexts;
  const apnKnown = radio.apnKnown || active.has(attachContext);
  return { ...radio, simKnown, verified, wasDenied, active, cellAt, apnKnown, stage, until: now + takes };
}

/** The radio at `now`, after all stage changes that are due. */
export function settleRadio(radio: Radio, { card, attachesBare }: Conditions, now: Millis, pace: Pace): Radio {
  for (let settled = radio; ; ) {
    const next = fallbackOf(settled, card) ?? (settled.until <= now ? nextStage[settled.stage](settled) : undefined);
    if (next === undefined || next === settled.stage) return settled;
    settled = enter(settled, next, attachesBare, now, pace);
  }
}

/** When the stage ends by itself. */
export function radioWakeAt(radio: Radio): Millis {
  const { stage, until, network } = radio;
  const isEndless = stage === "searching" && network === "searching";
  return spanOf(radio, stage) === undefined || isEndless ? never : until;
}

/** The radio after a detach by the network: it searches again. */
export const detached = (radio: Radio, now: Millis, pace: Pace): Radio => enter(radio, "searching", false, now, pace);

/** Why the SIM cannot be asked now; undefined: it can. The module reads the SIM after a start, CFUN=1, or insertion. */
export function simError({ sim, functionality, stage }: Radio): RefusedFor | undefined {
  if (!functionality) return "minimalFunction";
  if (!sim) return "usimNotInserted";
  return stage === "off" || stage === "readingSim" ? "usimBusy" : undefined;
}

/** Whether the module receives a cell. Before it has found one, there is no signal that it could measure. field */
export const hearsCell = ({ coverage, functionality, cellAt }: Radio, now: Millis): boolean =>
  coverage && functionality && cellAt <= now;
