import type { PortChange, PortEvents } from "../../net/serial.js";

/** Hears all that a front end tells, and can wait for it. */
export class Witness implements PortEvents {
  readonly chunks: Uint8Array[] = [];
  readonly changes: PortChange[] = [];
  /** Called with what came, after it was noted. */
  answer: ((bytes: Uint8Array) => void) | undefined;

  onBytes(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.answer?.(bytes);
  }

  onChange(change: PortChange): void {
    this.changes.push(change);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get dropped(): number {
    return this.changes.reduce((sum, change) => sum + (change.kind === "dropped" ? change.bytes : 0), 0);
  }

  count(kind: PortChange["kind"]): number {
    return this.changes.filter((change) => change.kind === kind).length;
  }
}

/** Settles as soon as `holds` does; fails after some seconds, naming what it waited for. */
export async function until(what: string, holds: () => boolean, within = 5000): Promise<void> {
  const deadline = performance.now() + within;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`still waiting for ${what} after ${within} ms`);
    await sleep(2);
  }
}

/** Real milliseconds. */
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
