import type { Millis } from "../../mqtt/packet.js";
import { type EventFilter, filterText, isWanted } from "./event-filter.js";
import type { EventLog } from "./event-log.js";
import type { RecordedEvent } from "./recorded-event.js";

/** The event that was waited for, or, at the time-out, what came instead. */
export type Waited = { readonly event: RecordedEvent } | { readonly instead: readonly RecordedEvent[] };

/** How many of the latest other events a time-out tells. */
const maxInstead = 20;

/**
 * Waits for the first event behind a number that fits; one that has come already counts. Resolves at the time-out, `within`
 * ms of real time, with what came instead. `cancel` ends the waiting early.
 */
export function waitForEvent(
  events: EventLog,
  filter: EventFilter,
  { after, within, cancel }: { readonly after: number; readonly within: Millis; readonly cancel?: AbortSignal },
): Promise<Waited> {
  const fits = (event: RecordedEvent): boolean => isWanted(event, filter);
  const [past] = events.read(after, fits, 1);
  if (past !== undefined) return Promise.resolve({ event: past });
  return new Promise((resolve) => {
    const end = (waited: Waited): void => {
      stopListening();
      clearTimeout(timer);
      cancel?.removeEventListener("abort", late);
      resolve(waited);
    };
    const late = (): void => end({ instead: events.read(after).slice(-maxInstead) });
    const stopListening = events.listen((event) => fits(event) && end({ event }));
    const timer = setTimeout(late, within);
    cancel?.addEventListener("abort", late);
  });
}

/** A line for people about a time-out. */
export function lateText(filter: EventFilter, instead: readonly RecordedEvent[]): string {
  const heard = instead.filter(({ kind }) => kind !== "phase" && kind !== "port").map(shortText);
  return `no event with ${filterText(filter)}; there came ${heard.length === 0 ? "nothing" : heard.join(", ")}`;
}

function shortText({ kind, line, packet, way }: RecordedEvent): string {
  if (kind === "packet") return `${packet} ${way}`;
  return line === undefined ? kind : `${kind} ${String(line).slice(0, 60)}`;
}
