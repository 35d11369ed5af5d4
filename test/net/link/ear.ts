import { expect } from "vitest";
import type { LinkEvents } from "../../../net/link/link.js";

/** Everything a link told, in order, and a way to wait for it. */
export class Ear {
  readonly told: string[] = [];
  readonly chunks: Uint8Array[] = [];
  sentTotal = 0;
  #wake = (): void => {};

  readonly events: LinkEvents = {
    up: () => this.#hear("up"),
    down: (reason) => this.#hear(`down ${reason}`),
    bytes: (bytes) => {
      this.chunks.push(bytes);
      this.#hear("bytes");
    },
    sent: (total) => {
      expect(total).toBeGreaterThan(this.sentTotal);
      this.sentTotal = total;
      this.#hear("sent");
    },
    sendFailed: () => this.#hear("sendFailed"),
  };

  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Until it is up, or will never be. */
  first(): Promise<void> {
    return this.until(() => this.told.length > 0);
  }

  down(): Promise<void> {
    return this.until(() => this.told.some((word) => word.startsWith("down")));
  }

  #hear(word: string): void {
    this.told.push(word);
    this.#wake();
  }
}
