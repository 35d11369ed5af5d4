import type { PortChange, PortEvents } from "../../net/serial.js";

/** Records everything that a front end reports. */
export class PortRecorder implements PortEvents {
  readonly chunks: Uint8Array[] = [];
  readonly changes: PortChange[] = [];
  /** Called with bytes from the host, after they were recorded. */
  onReceived: ((bytes: Uint8Array) => void) | undefined;

  onBytes(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.onReceived?.(bytes);
  }

  onChange(change: PortChange): void {
    this.changes.push(change);
  }

  /** All bytes from the host. */
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** How many bytes were reported as dropped. */
  get dropped(): number {
    return this.changes.reduce((sum, change) => sum + (change.kind === "dropped" ? change.bytes : 0), 0);
  }

  /** How many changes of this kind were reported. */
  count(kind: PortChange["kind"]): number {
    return this.changes.filter((change) => change.kind === kind).length;
  }
}

/** Resolves as soon as `condition` is true. Rejects after `within` ms of real time, with `what` in its message. */
export async function until(what: string, condition: () => boolean, within = 5000): Promise<void> {
  const deadline = performance.now() + within;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`still waiting for ${what} after ${within} ms`);
    await sleep(2);
  }
}

/** Resolves after some ms of real time. */
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
