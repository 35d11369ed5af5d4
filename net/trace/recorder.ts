import type { ByteMask } from "../../at/byte-mask.js";
import { fromBytes } from "../../at/octets.js";
import { newByteMask } from "../../emulator/secrets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { PortChange } from "../serial.js";
import { Causes } from "./causes.js";
import type { EventLog } from "./event-log.js";
import { sizeOf, toldOf, toldOfBytes, toldOfPort } from "./recorded-event.js";

/** The direction of bytes on the serial line, as the module sees it. */
export type Way = "received" | "sent";

/** Writes what happens in a module into the log of its events, each with its cause. */
export class Recorder {
  readonly #log: EventLog;
  readonly #masks: { readonly [W in Way]: ByteMask } | undefined;
  #causes = new Causes();

  /** With `showsSecrets` the bytes of the serial line are recorded as they are. */
  constructor(log: EventLog, showsSecrets: boolean) {
    this.#log = log;
    this.#masks = showsSecrets ? undefined : { received: newByteMask(), sent: newByteMask() };
  }

  /** An event of the module. */
  event(event: TraceEvent): void {
    const cause = this.#causes.add(event, this.#log.lastSeq + 1);
    this.#log.add(() => toldOf(event), sizeOf(event), cause);
  }

  /** Bytes of the serial line. */
  bytes(way: Way, bytes: Uint8Array): void {
    const cause = this.#causes.add({ kind: "bytes", way }, this.#log.lastSeq + 1);
    const octets = fromBytes(bytes);
    const shown = this.#masks?.[way].mask(octets) ?? octets;
    this.#log.add(() => toldOfBytes(way, shown), bytes.length, cause);
  }

  /** A change of the front end with this path. */
  port(path: string, change: PortChange): void {
    this.#log.add(() => toldOfPort(path, change));
  }

  /** Another module takes the place of this one. */
  renewed(): void {
    this.#causes = new Causes();
    this.#log.add(() => ({ kind: "renewed" }));
  }
}
