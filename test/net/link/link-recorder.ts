import { expect } from "vitest";
import type { LinkEvents } from "../../../net/link/link.js";

/** Records everything that a link reports. */
export class LinkRecorder {
  /** The events as text, in order: `up`, `down <reason>`, `bytes`, `sent`, `sendFailed`. */
  readonly reported: string[] = [];
  readonly chunks: Uint8Array[] = [];
  sentTotal = 0;
  #wake = (): void => {};

  readonly events: LinkEvents = {
    up: () => this.#record("up"),
    down: (reason) => this.#record(`down ${reason}`),
    bytes: (bytes) => {
      this.chunks.push(bytes);
      this.#record("bytes");
    },
    sent: (total) => {
      expect(total).toBeGreaterThan(this.sentTotal);
      this.sentTotal = total;
      this.#record("sent");
    },
    sendFailed: () => this.#record("sendFailed"),
  };

  /** All bytes that came, as text. */
  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  /** Resolves when the condition is true; checked after each event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Resolves when the link is up or has failed. */
  untilReported(): Promise<void> {
    return this.until(() => this.reported.length > 0);
  }

  /** Resolves when the link is down. */
  untilDown(): Promise<void> {
    return this.until(() => this.reported.some((event) => event.startsWith("down")));
  }

  #record(event: string): void {
    this.reported.push(event);
    this.#wake();
  }
}
