import type { TraceEvent } from "../../emulator/trace.js";
import { Log } from "../log.js";
import type { Clock, Millis } from "../time/clock.js";
import { Recent } from "./recent.js";

/** Something that happened, and when by the modem's clock. */
export interface TracedEvent {
  readonly at: Millis;
  readonly event: TraceEvent;
}

/** What has happened in the module so far, the latest of it. Secrets are masked. */
export interface Trace {
  readonly events: readonly TracedEvent[];
  /** As the log tells it, in order: for the message of a test that fails. */
  lines(): readonly string[];
}

const mostBytes = 4 * 1024 * 1024;
const carried = (event: TraceEvent): number => {
  if (event.kind === "payload") return event.size;
  if (event.kind === "answer" || event.kind === "urc") return event.line.length;
  return event.kind === "packet" && event.packet.type === "PUBLISH" ? event.packet.payload.length : 0;
};

/** What the log was told: an event, or a text of its own. */
type Entry = TracedEvent | { readonly at: Millis; readonly text: string };

/** A log that remembers, and finds its words only when it is asked: mostly nobody looks. */
export class TraceLog extends Log implements Trace {
  readonly #clock: Clock;
  readonly #entries = new Recent<Entry>(mostBytes, (entry) => 400 + ("event" in entry ? carried(entry.event) : 0));

  constructor(clock: Clock) {
    super("trace", () => {});
    this.#clock = clock;
  }

  get events(): readonly TracedEvent[] {
    return this.#entries.items.filter((entry) => "event" in entry);
  }

  lines(): readonly string[] {
    const lines: string[] = [];
    let now = 0;
    const log = new Log("trace", (line) => lines.push(line), { now: () => now });
    for (const entry of this.#entries.items) {
      now = entry.at;
      if ("event" in entry) log.event(entry.event);
      else log.info(entry.text);
    }
    return lines;
  }

  override event(event: TraceEvent): void {
    this.#entries.add({ at: this.#clock.now(), event });
  }

  override info(text: string): void {
    this.#entries.add({ at: this.#clock.now(), text });
  }

  override warn(text: string): void {
    this.info(text);
  }
}
