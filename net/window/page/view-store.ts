import { computed, signal } from "@preact/signals";
import { type Filter, noFilter, shownBy } from "../model/filter.js";
import type { GroupName } from "../model/groups.js";
import { Layout, scales } from "../model/layout.js";
import { findings, run, selected, version } from "./run-store.js";

export const filter = signal<Filter>(noFilter);
/** The place of the scale in `scales`. The widest is the first look: rows stand close together. */
export const scaleAt = signal(scales.length - 1);
/** Whether the newest event stays in sight. */
export const isFollowing = signal(true);

/** The side's page that is open. */
export type Tab = "details" | "controls" | "terminal" | "verdict";
export const tab = signal<Tab>("details");
export const isHelpOpen = signal(false);

const generation = computed(() => {
  version.value; // read, so that this is computed again with each version
  return run.generation;
});

const empty = computed(() => {
  generation.value; // the places of all events have changed
  return new Layout(scales[scaleAt.value] ?? 0, shownBy(filter.value));
});

/** The rows of the time-line. A new object whenever there are more of them. */
export const rows = computed(() => {
  version.value;
  const layout = empty.value;
  layout.extend(run.events);
  return { layout };
});

export function toggleGroup(name: GroupName): void {
  const groups = new Set(filter.value.groups);
  if (!groups.delete(name)) groups.add(name);
  filter.value = { ...filter.value, groups };
}

export function setFilterText(text: string): void {
  filter.value = { ...filter.value, text };
}

/** Closer (-1) or wider (1). */
export function zoom(by: -1 | 1): void {
  scaleAt.value = Math.min(scales.length - 1, Math.max(0, scaleAt.value + by));
}

/** The number of an event that is to be brought into sight; a new object each time. */
export const wanted = signal<{ readonly seq: number } | undefined>(undefined);

/** Looks at an event, and brings it into sight. */
export function lookAt(seq: number): void {
  isFollowing.value = false;
  selected.value = seq;
  tab.value = "details";
  wanted.value = { seq };
}

/** Looks at the next or the one before of the events that are shown. */
export function step(by: 1 | -1): void {
  const { layout } = rows.value;
  if (layout.count === 0) return;
  const row = selected.value === undefined ? layout.count : layout.rowOf(run.indexOf(selected.value));
  const next = Math.min(layout.count - 1, Math.max(0, row + by));
  const event = run.events[layout.eventAt(next)];
  if (event !== undefined) lookAt(event.seq);
}

/** Looks at the next finding behind the event that is looked at; behind the last one comes the first. */
export function nextFinding(): void {
  const places = findings.value.map(({ at }) => at).sort((one, other) => one - other);
  const next = places.find((at) => at > (selected.value ?? 0)) ?? places[0];
  if (next !== undefined) lookAt(next);
}
