import { closeSync, openSync } from "node:fs";

/**
 * Descriptors that every child would inherit: openpty(3) opens the master without close-on-exec, and a child that holds
 * it keeps the terminal alive after we closed it.
 */
const masters = new Set<number>();

/** From here on no child started by `withoutMasters` gets this descriptor. */
export function keepFromChildren(master: number): void {
  masters.add(master);
}

/** The descriptor is about to be closed; its number may mean something else soon. */
export function letGo(master: number): void {
  masters.delete(master);
}

/** What a child gets in the place of one descriptor. */
export type Given = "ignore" | "inherit" | "pipe" | number;

/** Starts a child by `start`, with /dev/null in the place of each master it would inherit ("ignore" would not close it). */
export function withoutMasters<T>(given: readonly Given[], start: (stdio: Given[]) => T): T {
  const nothing = openSync("/dev/null", "r+");
  try {
    const length = Math.max(given.length, ...[...masters].map((master) => master + 1));
    const stdio = Array.from({ length }, (_, fd) => given[fd] ?? (masters.has(fd) ? nothing : "ignore"));
    return start(stdio);
  } finally {
    closeSync(nothing);
  }
}
