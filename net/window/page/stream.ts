import type { RecordedEvent } from "../../trace/recorded-event.js";
import { authorization, Refusal } from "./api.js";

/** How long to wait before a stream that was lost is tried again, in ms. */
const retryMs = 1000;

/** What the reader of a stream is told. */
export interface StreamEvents {
  onEvents(events: readonly RecordedEvent[]): void;
  onState(state: "live" | "lost" | "refused"): void;
  /** The number of the last event that is known. */
  lastSeq(): number;
}

/** Reads the live events, and reads on behind the last one whenever the stream was lost. */
export async function readStream(events: StreamEvents): Promise<void> {
  for (;;) {
    try {
      await readOnce(events);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return events.onState("refused");
    }
    events.onState("lost");
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function readOnce({ onEvents, onState, lastSeq }: StreamEvents): Promise<void> {
  const response = await fetch(`/api/events?after=${lastSeq()}`, {
    headers: { accept: "text/event-stream", ...authorization() },
  });
  if (!response.ok || response.body === null) throw new Refusal(response.status, response.statusText);
  onState("live");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const blocks = `${rest}${read.value}`.split("\n\n");
    rest = blocks.pop() ?? "";
    const found = blocks.flatMap(eventIn);
    if (found.length > 0) onEvents(found);
  }
}

/** The event of a block of the stream; comments have none. */
function eventIn(block: string): readonly RecordedEvent[] {
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return data === undefined ? [] : [JSON.parse(data)];
}
