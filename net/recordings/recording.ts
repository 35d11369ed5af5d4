import { fromText, type Octets } from "../../at/octets.js";
import type { Millis } from "../time/clock.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { LineCutter, type ModuleLine } from "./module-lines.js";
import { unmasked } from "./unmask.js";

/** What one side has said at once. */
export interface Said {
  readonly by: "host" | "module";
  /** In ms of the recording's clock. */
  readonly t: Millis;
  readonly octets: Octets;
}

/** What the host has given to the module, as a whole. Secrets are `***`. */
export type HostInput =
  | { readonly kind: "line"; readonly t: Millis; readonly line: string; readonly terminator: string }
  | { readonly kind: "payload"; readonly t: Millis; readonly size: number; readonly text: string }
  | { readonly kind: "cancelled"; readonly t: Millis };

/** Such an input, and the index of the last thing that both had said then. */
export type PlacedInput = HostInput & { readonly index: number };

/** A recorded talk of a host and a module. */
export interface Recording {
  /** What both have said, in its order. */
  readonly said: readonly Said[];
  /** What the host has said, as commands and payloads. */
  readonly inputs: readonly PlacedInput[];
  /** When it ends, in ms of its clock: what the module said later was not heard. */
  readonly end: Millis;
  /** Calendar time at 0 of the recording's clock, in ms since 1970. */
  readonly epochAtStart: Millis;
  /** How many events were lost while it was written, or have no bytes because there were too many. */
  readonly lost: number;
}

/** A recording without its bytes: a trace of an older version, or of a run without a host. */
export const noBytes = "it holds no bytes of the serial line; record it again with this version";

/** The recording in the events of a trace, or a line that tells why there is none. */
export async function recordingOf(events: AsyncIterable<RecordedEvent>): Promise<Recording | string> {
  const reader = new RecordingReader();
  for await (const event of events) reader.take(event);
  return reader.end();
}

class RecordingReader {
  readonly #said: Said[] = [];
  readonly #inputs: PlacedInput[] = [];
  readonly #lines = { host: [] as Octets[], module: [] as Octets[] };
  #epochAtStart: Millis | undefined;
  #end: Millis = 0;
  #lost = 0;

  take(event: RecordedEvent): void {
    const { t, kind, line, terminator, size, text } = event;
    const at = { t, index: this.#said.length - 1 };
    this.#end = t;
    this.#epochAtStart ??= Date.parse(event.wall) - t;
    if (kind === "bytes") this.#takeBytes(event);
    else if (kind === "line" && typeof line === "string") {
      this.#inputs.push({ kind, ...at, line, terminator: String(terminator) });
      this.#lines.host.push(fromText(line));
    } else if (kind === "payload") this.#inputs.push({ kind, ...at, size: Number(size), text: String(text) });
    else if (kind === "cancelled") this.#inputs.push({ kind, ...at });
    else if ((kind === "answer" || kind === "urc") && typeof line === "string") this.#lines.module.push(fromText(line));
    else if (kind === "lost") this.#lost += Number(event.events);
  }

  end(): Recording | string {
    if (this.#said.length === 0) return noBytes;
    const restored = { host: this.#restored("host"), module: this.#restored("module") };
    const at = { host: 0, module: 0 };
    return {
      said: this.#said.map((said) => restored[said.by][at[said.by]++] ?? said),
      inputs: this.#inputs,
      end: this.#end,
      epochAtStart: this.#epochAtStart ?? 0,
      lost: this.#lost,
    };
  }

  #takeBytes({ t, way, text, base64 }: RecordedEvent): void {
    if (text === undefined && base64 === undefined) this.#lost += 1;
    const octets =
      typeof base64 === "string" ? Buffer.from(base64, "base64").toString("latin1") : fromText(String(text ?? ""));
    if (octets !== "") this.#said.push({ by: way === "received" ? "host" : "module", t, octets });
  }

  #restored(side: Said["by"]): readonly Said[] {
    const pieces = this.#said.filter(({ by }) => by === side);
    return unmasked(pieces, this.#lines[side]);
  }
}

/** The lines of the module in a recording, each with the index in `said` of what the host said last before it; -1: nothing. */
export interface PlacedLine extends ModuleLine {
  readonly after: number;
}

/** Cuts what a module says into lines; both sides have to be given in their order. */
export class PlacedLines {
  readonly lines: PlacedLine[] = [];
  readonly #cutter = new LineCutter();
  #after = -1;

  /** The host has said the element `index` of the recording. */
  host(index: number): void {
    this.#add(this.#cutter.pause());
    this.#after = index;
  }

  module(octets: Octets, t: Millis): void {
    this.#add(this.#cutter.take(octets, t));
  }

  end(): readonly PlacedLine[] {
    this.#add(this.#cutter.end());
    return this.lines;
  }

  #add(lines: readonly ModuleLine[]): void {
    this.lines.push(...lines.map((line) => ({ ...line, after: this.#after })));
  }
}

/** What the module has said in a recording, as lines. */
export function moduleLinesOf({ said }: Recording): readonly PlacedLine[] {
  const lines = new PlacedLines();
  for (const [index, { by, octets, t }] of said.entries()) {
    if (by === "host") lines.host(index);
    else lines.module(octets, t);
  }
  return lines.end();
}
