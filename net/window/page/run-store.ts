import { computed, signal } from "@preact/signals";
import type { CoverageItem } from "../../coverage/coverage.js";
import type { Finding } from "../../referee/finding.js";
import type { RecordedEvent } from "../../trace/recorded-event.js";
import { chainOf, Run } from "../model/run.js";
import { SerialLog } from "../model/serial-log.js";
import type { Report } from "../report.js";

/** Where the events come from. */
export type Source = "loading" | "live" | "lost" | "refused" | "report";

export const source = signal<Source>("loading");
/** The run of a report: what it was, and how many events are left out. */
export const report = signal<Pick<Report, "header" | "leftOut"> | undefined>(undefined);

export const run = new Run();
export const serialLog = new SerialLog();
/** Goes up whenever the run has grown. */
export const version = signal(0);

/** While it is paused, events wait. */
export const isPaused = signal(false);
export const waitingCount = signal(0);
let waiting: RecordedEvent[] = [];
let arrived: RecordedEvent[] = [];
let isDue = false;

/** What is told whenever the run has grown, apart from what is drawn. */
const listeners = new Set<(events: readonly RecordedEvent[]) => void>();
export const onGrowth = (listener: (events: readonly RecordedEvent[]) => void): unknown => listeners.add(listener);

/** Takes events in; those that come together are drawn together. */
export function addEvents(events: readonly RecordedEvent[]): void {
  arrived.push(...events);
  if (isDue) return;
  isDue = true;
  if (document.hidden) setTimeout(takeIn, 250);
  else requestAnimationFrame(takeIn);
}

function takeIn(): void {
  isDue = false;
  const events = arrived;
  arrived = [];
  for (const listener of listeners) listener(events);
  waiting.push(...events);
  if (isPaused.value) waitingCount.value = waiting.length;
  else showWaiting();
}

function showWaiting(): void {
  const events = waiting;
  waiting = [];
  waitingCount.value = 0;
  run.add(events);
  for (const event of events) serialLog.add(event);
  version.value += 1;
}

/** The number of the last event that has come, shown or not. */
export const lastSeq = (): number => arrived.at(-1)?.seq ?? waiting.at(-1)?.seq ?? run.lastSeq;

export function setPaused(paused: boolean): void {
  isPaused.value = paused;
  if (!paused && waiting.length > 0) showWaiting();
}

/** The number of the event that is looked at. */
export const selected = signal<number | undefined>(undefined);

/** The numbers of the chain of the event that is looked at. */
export const chain = computed<ReadonlySet<number>>(() => {
  version.value;
  return new Set(selected.value === undefined ? [] : chainOf(run, selected.value));
});

export const findings = signal<readonly Finding[]>([]);
export const coverage = signal<readonly CoverageItem[]>([]);
