import type { RefusedFor } from "../../at/command.js";
import type { Millis } from "../../mqtt/packet.js";
import type { Timing } from "./timing.js";

/** How far the module is on its way into the network. */
export type RadioStage =
  /** CFUN=0, or no SIM. */
  | "off"
  | "readingSim"
  /** The host does not want the network: CGATT=0, COPS=2, AUTOCONNECT FALSE. */
  | "standby"
  /** No network is to be heard. */
  | "outOfReach"
  | "searching"
  /** The network does not want the module. */
  | "denied"
  | "attached";

/** What the module knows of SIM and network. The world changes it, and so do AT+CFUN, AT+CGATT and AT+COPS. */
export interface Radio {
  readonly sim: boolean;
  readonly coverage: boolean;
  /** 0 to 31, 99 unknown; as AT+CSQ prints it while there is coverage. */
  readonly rssi: number;
  /** What the network makes of this SIM; `searching`: no network admits or denies it. */
  readonly network: "home" | "roaming" | "denied" | "searching";
  /** AT+CFUN: false is minimum functionality, with the radio off. */
  readonly functionality: boolean;
  /** Whether the host wants the module attached. */
  readonly wanted: boolean;
  /** Whether the SIM has been read since the module started. */
  readonly simKnown: boolean;
  /** Whether the network has given the time since the module started. */
  readonly timeKnown: boolean;
  readonly stage: RadioStage;
  /** When the stage ends by itself. */
  readonly until: Millis;
}

/** What the world does to the radio: each field given is set. */
export interface RadioChange {
  readonly kind: "radio";
  readonly sim?: boolean;
  readonly coverage?: boolean;
  readonly rssi?: number;
  readonly network?: Radio["network"];
}

const never: Millis = Number.POSITIVE_INFINITY;

/** A radio that was just switched on, in a world where everything is there. */
export const radioOn: Radio = {
  sim: true,
  coverage: true,
  rssi: 25,
  network: "home",
  functionality: true,
  wanted: true,
  simKnown: false,
  timeKnown: false,
  stage: "off",
  until: 0,
};

/** Attached: only then is there a network for MQTT. */
export const isAttached = (radio: Radio): boolean => radio.stage === "attached";

/** The stage that a radio must fall back to, whatever it was on its way to; undefined where it may go on. */
function setback({ sim, functionality, wanted, coverage, network, stage }: Radio): RadioStage | undefined {
  if (!sim || !functionality) return "off";
  if (stage === "off" || stage === "readingSim") return undefined;
  if (!wanted) return "standby";
  if (!coverage) return stage === "standby" ? undefined : "outOfReach";
  if (stage === "attached" && (network === "denied" || network === "searching")) return "searching";
  return stage === "denied" && network !== "denied" ? "searching" : undefined;
}

/** Where a search leads by what the network makes of the SIM. */
const searchEnds: { readonly [N in Radio["network"]]: RadioStage | undefined } = {
  home: "attached",
  roaming: "attached",
  denied: "denied",
  searching: undefined,
};

/** Where each stage leads as soon as its time is over; undefined where it stays. */
const onward: { readonly [S in RadioStage]: (radio: Radio) => RadioStage | undefined } = {
  off: ({ sim, functionality }) => (sim && functionality ? "readingSim" : undefined),
  readingSim: ({ wanted }) => (wanted ? "searching" : "standby"),
  standby: ({ wanted }) => (wanted ? "searching" : undefined),
  outOfReach: ({ coverage }) => (coverage ? "searching" : undefined),
  searching: ({ network }) => searchEnds[network],
  denied: () => undefined,
  attached: () => undefined,
};

/** How long a stage takes, by the name of the time; undefined: it takes none. */
function spanOf({ simKnown }: Radio, stage: RadioStage): keyof Timing | undefined {
  if (stage === "readingSim") return simKnown ? "simReadAgain" : "simRead";
  return stage === "searching" ? "attach" : undefined;
}

/** How long something takes this time. */
export type Pace = (what: keyof Timing) => Millis;

function enter(radio: Radio, stage: RadioStage, now: Millis, pace: Pace): Radio {
  const span = spanOf(radio, stage);
  const simKnown = radio.simKnown || radio.stage === "readingSim";
  const timeKnown = radio.timeKnown || stage === "attached"; // EMM INFORMATION, 24.301 5.4.5
  return { ...radio, simKnown, timeKnown, stage, until: now + (span === undefined ? 0 : pace(span)) };
}

/** The radio after everything that is due by `now` has happened. */
export function settleRadio(radio: Radio, now: Millis, pace: Pace): Radio {
  for (let settled = radio; ; ) {
    const next = setback(settled) ?? (settled.until <= now ? onward[settled.stage](settled) : undefined);
    if (next === undefined || next === settled.stage) return settled;
    settled = enter(settled, next, now, pace);
  }
}

/** When the radio goes on by itself. */
export function radioWakeAt(radio: Radio): Millis {
  const { stage, until, network } = radio;
  const isVain = stage === "searching" && network === "searching";
  return spanOf(radio, stage) === undefined || isVain ? never : until;
}

/** The radio of a module that the network has detached: it searches anew. */
export const detached = (radio: Radio, now: Millis, pace: Pace): Radio => enter(radio, "searching", now, pace);

/** Why the SIM cannot be asked; undefined where it can. The SIM is read after a start, CFUN=1 and its insertion. */
export function simTrouble({ sim, functionality, stage }: Radio): RefusedFor | undefined {
  if (!functionality) return "minimalFunction";
  if (!sim) return "usimNotInserted";
  return stage === "off" || stage === "readingSim" ? "usimBusy" : undefined;
}

/** Whether there is a cell to be heard. */
export const hearsCell = ({ coverage, functionality }: Radio): boolean => coverage && functionality;

/** `<stat>` of AT+CEREG. */
export function registrationStat({ stage, network }: Radio): 0 | 1 | 2 | 3 | 5 {
  if (stage === "attached") return network === "roaming" ? 5 : 1;
  if (stage === "searching" || stage === "outOfReach") return 2;
  return stage === "denied" ? 3 : 0;
}
