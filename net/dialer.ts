import type { DownReason } from "../mqtt/session.js";

/** What a link tells; `down` is told once, and is the last word. */
export interface LinkEvents {
  up(): void;
  down(reason: DownReason): void;
  bytes(bytes: Uint8Array): void;
  /** So many bytes, from the start of this link, have been handed to TCP. */
  sent(total: number): void;
  sendFailed(): void;
}

/** One TCP connection towards a broker. */
export interface Link {
  write(bytes: Uint8Array): void;
  /** FIN after what is queued, at most 1 s later. Nothing is told any more. */
  end(): void;
  /** RST at once. Nothing is told any more. */
  reset(): void;
  pause(): void;
  resume(): void;
}

/** Opens a link. Nothing is told before the call has returned. */
export type Dial = (host: string, port: number, events: LinkEvents) => Link;
