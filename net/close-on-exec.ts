import { closeSync, openSync } from "node:fs";

/**
 * Descriptors that every child process would inherit: openpty(3) opens the master without close-on-exec. A child that
 * holds a master keeps the pseudo-terminal alive after this process has closed it.
 */
const descriptors = new Set<number>();

/** Keeps a descriptor from all children that `withoutInherited` starts from now on. */
export function closeOnExec(descriptor: number): void {
  descriptors.add(descriptor);
}

/** Takes a descriptor off the list before it is closed: the system may give its number to something else at once. */
export function forgetDescriptor(descriptor: number): void {
  descriptors.delete(descriptor);
}

/** What a child gets as one of its descriptors. */
export type ChildDescriptor = "ignore" | "inherit" | "pipe" | number;

/**
 * Starts a child process; returns what `start` returns.
 * @param given the child's descriptors from 0 on
 * @param start gets them with /dev/null in the place of each listed descriptor: "ignore" would leave it inherited
 */
export function withoutInherited<T>(given: readonly ChildDescriptor[], start: (stdio: ChildDescriptor[]) => T): T {
  const devNull = openSync("/dev/null", "r+");
  try {
    const length = Math.max(given.length, ...[...descriptors].map((descriptor) => descriptor + 1));
    const stdio = Array.from({ length }, (_, fd) => given[fd] ?? (descriptors.has(fd) ? devNull : "ignore"));
    return start(stdio);
  } finally {
    closeSync(devNull);
  }
}
