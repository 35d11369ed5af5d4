import type { TraceEvent } from "../../emulator/trace.js";
import { Log } from "../log.js";
import type { Clock, Millis } from "../time/clock.js";
import { sizeOf } from "../trace/recorded-event.js";
import { Recent } from "./recent.js";

/** A trace event, and when it happened by the modem's clock, in ms. */
export interface TracedEvent {
  readonly at: Millis;
  readonly event: TraceEvent;
}

/** What has happened in the module, the latest 4 MiB of it. Secrets are masked. */
export interface Trace {
  /** All events, oldest first. */
  readonly events: readonly TracedEvent[];
  /** The lines of a log with level `trace`, oldest first, for the message of a failing test. */
  lines(): readonly string[];
}

/** How many bytes of events are kept. */
const maxBytes = 4 * 1024 * 1024;

/** What the log has got: an event, or a text. */
type Entry = TracedEvent | { readonly at: Millis; readonly text: string };

/** A log that keeps its events and makes lines of them only when asked: most tests never look. */
export class TraceLog extends Log implements Trace {
  readonly #clock: Clock;
  readonly #entries = new Recent<Entry>(maxBytes, (entry) => 400 + ("event" in entry ? sizeOf(entry.event) : 0));

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

  /** Findings are judged when somebody asks for them. */
  override get wantsFindings(): boolean {
    return false;
  }

  override event(event: TraceEvent): void {
    this.#entries.add({ at: this.#clock.now(), event });
  }

  override detail(text: string): void {
    this.info(text);
  }

  override info(text: string): void {
    this.#entries.add({ at: this.#clock.now(), text });
  }

  override warn(text: string): void {
    this.info(text);
  }
}
