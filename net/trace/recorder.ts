import type { ByteMask } from "../../at/byte-mask.js";
import { newByteMask } from "../../emulator/secrets.js";
import type { Millis } from "../../mqtt/packet.js";
import { Causes } from "./causes.js";
import { type Fields, type RecordedEvent, type RunEvent, tell, type Way } from "./recorded-event.js";

/** An event, and when it happened. */
export interface Stamped {
  /** Its number. */
  readonly seq: number;
  /** The module's clock, in ms. */
  readonly t: Millis;
  /** The machine's calendar time, in ms since 1970. */
  readonly wall: Millis;
  happened: RunEvent;
  /** The number of the event that it comes of. */
  cause: number | undefined;
}

/** Makes records of what happens. */
export class Recorder {
  readonly #masks: { readonly [W in Way]: Pick<ByteMask, "mask"> } | undefined;
  #causes = new Causes();
  /** The last calendar time and its text: many events have the same. */
  #wall = Number.NaN;
  #wallText = "";

  /** With `showsSecrets` the bytes of the serial line are recorded as they are. */
  constructor(showsSecrets: boolean) {
    this.#masks = showsSecrets ? undefined : { received: newByteMask(), sent: newByteMask() };
  }

  /** Finds the cause of an event, and masks its secrets. It has to be given each event once, in their order. */
  settle(event: Stamped): void {
    const { happened, seq } = event;
    if (happened.kind === "renewed") this.#causes = new Causes();
    event.cause = this.#causes.add(happened, seq);
    if (happened.kind !== "bytes" || this.#masks === undefined) return;
    const octets = this.#masks[happened.way].mask(happened.octets);
    if (octets !== happened.octets) event.happened = { ...happened, octets };
  }

  /** The record of an event that is settled. */
  record({ seq, t, wall, happened, cause }: Stamped): RecordedEvent {
    const record: Fields & { seq: number; t: Millis; wall: string; kind: string; cause?: number } = {
      seq,
      t: Math.round(t * 1000) / 1000,
      wall: this.#calendarTime(wall),
      kind: "",
    };
    if (cause !== undefined) record.cause = cause;
    tell(happened, record);
    return record;
  }

  /** ISO 8601 */
  #calendarTime(wall: Millis): string {
    if (wall !== this.#wall) {
      this.#wall = wall;
      this.#wallText = new Date(wall).toISOString();
    }
    return this.#wallText;
  }
}
