import type { IncomingMessage, ServerResponse } from "node:http";
import type { Millis } from "../../mqtt/packet.js";
import { type EventFilter, isWanted } from "../trace/event-filter.js";
import type { EventLog } from "../trace/event-log.js";
import type { RecordedEvent } from "../trace/recorded-event.js";

/** How many bytes may wait for a reader. A slower one is dropped. */
const maxBacklogBytes = 4 * 1024 * 1024;
/** How often a comment is sent, so that a reader that has gone is noticed, in ms of real time. */
const heartbeatMs: Millis = 15_000;

/** The headers of live events. */
export const streamHeaders = { "content-type": "text/event-stream", "cache-control": "no-store" };

/** Whether a client asks for live events. */
export const wantsStream = ({ headers }: IncomingMessage): boolean =>
  (headers.accept ?? "").includes("text/event-stream");

/**
 * Sends the events behind a number, and then each new one, as server-sent events. Their `id` is the number, so that a client
 * that comes back misses nothing: it sends `Last-Event-ID`. Returns a function that ends the stream.
 */
export function streamEvents(
  response: ServerResponse,
  events: EventLog,
  {
    after,
    filter,
    warn,
  }: { readonly after: number; readonly filter: EventFilter; readonly warn: (line: string) => void },
): () => void {
  response.writeHead(200, streamHeaders);
  const send = (event: RecordedEvent): void => {
    if (!isWanted(event, filter) || response.destroyed) return;
    response.write(`id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
    if (response.writableLength <= maxBacklogBytes) return;
    warn("control: a reader of events is too slow, and is dropped");
    response.destroy();
  };
  for (const event of events.read(after)) send(event);
  response.write(": all so far\n\n");
  const stopListening = events.listen(send);
  const timer = setInterval(() => response.write(": still there\n\n"), heartbeatMs).unref();
  const end = (): void => {
    stopListening();
    clearInterval(timer);
    response.end();
  };
  response.once("close", end);
  return end;
}
