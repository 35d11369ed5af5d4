import { computed, signal } from "@preact/signals";
import type { ModuleState } from "../../module-state.js";
import type { CoverageItem, Finding } from "../report.js";
import { Refusal, send } from "./api.js";
import { coverage, findings, onGrowth } from "./run-store.js";

/** A fault that waits or is in force. */
export interface ForcedFault {
  readonly id: number;
  readonly fault: string;
  readonly state: string;
  readonly left: number | "every";
  readonly hits: number;
}

/** The module at a moment, as `/api/state` tells it. */
export interface ShownState extends ModuleState {
  readonly time: { readonly speed: number };
  readonly ports: readonly { readonly path: string; readonly attached?: boolean }[];
  readonly faults: readonly ForcedFault[];
  readonly broker?: { readonly address: string; readonly clients: readonly string[] };
}

export const state = signal<ShownState | undefined>(undefined);
/** When the state was heard, and this moment, by the browser's clock. */
const heardAt = signal(0);
const moment = signal(0);

/** The module's clock now; it goes on between two looks. */
export const moduleNow = computed(() => {
  const known = state.value;
  return known === undefined ? 0 : known.module.clock + Math.max(0, moment.value - heardAt.value) * known.time.speed;
});

/** How soon the state is asked for behind an event, and how often the countdowns go on, in ms. */
const settleMs = 60;
const tickMs = 200;
/** How often the state is asked for where no event tells of a change: another program may have given a fault. */
const pollMs = 2000;

let isAsked = false;
let isAskedAgain = false;

/** Asks for the state soon; once for all events that come together. */
export function refresh(): void {
  if (isAsked) {
    isAskedAgain = true;
    return;
  }
  isAsked = true;
  setTimeout(async () => {
    await ask().catch(() => {});
    isAsked = false;
    if (!isAskedAgain) return;
    isAskedAgain = false;
    refresh();
  }, settleMs);
}

async function ask(): Promise<void> {
  const known = await send<ShownState>({ method: "GET", path: "/api/state" });
  heardAt.value = performance.now();
  moment.value = heardAt.value;
  state.value = known;
}

async function askForVerdict(): Promise<void> {
  const quietly = async <T>(path: string, fallback: T): Promise<T> =>
    send<T>({ method: "GET", path }).catch((error: unknown) => {
      if (error instanceof Refusal) return fallback;
      throw error;
    });
  const judged = await quietly<{ findings: readonly Finding[] }>("/api/findings", { findings: [] });
  findings.value = judged.findings;
  const met = await quietly<{ items?: readonly CoverageItem[] }>("/api/coverage", {});
  coverage.value = met.items ?? [];
}

let isVerdictAsked = false;

function refreshVerdict(): void {
  if (isVerdictAsked) return;
  isVerdictAsked = true;
  setTimeout(() => {
    isVerdictAsked = false;
    askForVerdict().catch(() => {});
  }, 500);
}

/** Keeps the state as it is: asked for behind each event, and when something was due. */
export function followState(): void {
  onGrowth(() => {
    refresh();
    refreshVerdict();
  });
  setInterval(() => {
    if (!document.hidden) refresh();
  }, pollMs);
  setInterval(() => {
    const known = state.value;
    if (document.hidden || known === undefined || known.time.speed === 0) return;
    const before = moduleNow.value;
    moment.value = performance.now();
    const due = deadlinesOf(known).some((at) => at > before && at <= moduleNow.value);
    if (due) refresh();
  }, tickMs);
  refresh();
  refreshVerdict();
}

/** The moments at which something changes that no event tells. */
const deadlinesOf = ({ module, power, mqtt }: ShownState): readonly number[] =>
  [module.wakeAt, power.until, mqtt.keepAlive?.pingAt].filter((at) => at !== undefined);
