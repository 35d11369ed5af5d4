import type { TraceEvent } from "../emulator/trace.js";
import type { Phase } from "../mqtt/session.js";
import type { Log } from "./log.js";

/** Notices a link that the peer closes after CONNECT and before CONNACK, as servers for TLS do. */
export class TlsHint {
  readonly #log: Log;
  #phase: Phase = "idle";
  #isTold = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes note of a trace event. */
  note(event: TraceEvent): void {
    if (event.kind === "phase") this.#phase = event.phase;
    const isClosed = event.kind === "down" && (event.reason === "closed" || event.reason === "reset");
    if (!isClosed || this.#phase !== "connecting" || this.#isTold) return;
    this.#isTold = true;
    this.#log.warn("the broker closed the link after CONNECT, without a CONNACK: does this port expect TLS?");
  }
}
