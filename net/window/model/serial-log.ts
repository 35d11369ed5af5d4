import type { RecordedEvent } from "../../trace/recorded-event.js";
import { bytesOf } from "./carried-bytes.js";

/** A sender of bytes on the serial line: the host, the window as a second host, or the module. */
export type Sender = "host" | "window" | "module";

/** Bytes of one sender without a break, as text. `seq` is the number of the first event. */
export interface SerialEntry {
  readonly seq: number;
  readonly who: Sender;
  readonly text: string;
}

/** How many entries are kept, and how long one may be, in characters. */
const maxEntries = 600;
const maxText = 4096;
/** How many texts of the window are remembered until their events come. */
const maxTyped = 50;

/** The bytes of the serial line. If a trace has no raw bytes, its lines and payloads stand for them. */
export class SerialLog {
  entries: SerialEntry[] = [];
  #hasBytes = false;
  /** The texts that the window has sent and whose events have not come yet. */
  #typed: string[] = [];

  /** The window sends a text. */
  type(text: string): void {
    this.#typed = [...this.#typed.slice(1 - maxTyped), text];
  }

  /** Takes an event in. */
  add(event: RecordedEvent): void {
    if (event.kind === "bytes" && !this.#hasBytes) {
      this.#hasBytes = true;
      this.entries = [];
    }
    const said = this.#hasBytes ? this.#rawEntry(event) : entryOf(event);
    if (said === undefined) return;
    const last = this.entries.at(-1);
    if (last?.who === said.who && last.text.length + said.text.length < maxText)
      this.entries.splice(-1, 1, { ...last, text: last.text + said.text });
    else this.entries.push(said);
    if (this.entries.length > maxEntries) this.entries = this.entries.slice(maxEntries >> 1);
  }

  #rawEntry(event: RecordedEvent): SerialEntry | undefined {
    const { seq, kind, way } = event;
    if (kind !== "bytes") return undefined;
    const text = signs(event);
    if (way === "sent") return { seq, who: "module", text };
    const at = this.#typed.indexOf(text);
    if (at >= 0) this.#typed.splice(at, 1);
    return { seq, who: at < 0 ? "host" : "window", text };
  }
}

function entryOf(event: RecordedEvent): SerialEntry | undefined {
  const { seq, kind, line, terminator } = event;
  if (kind === "line") return { seq, who: "host", text: `${line}${terminator === "<0A>" ? "\n" : "\r"}` };
  if (kind === "payload") return { seq, who: "host", text: signs(event) };
  if (kind === "answer" && line === ">") return { seq, who: "module", text: "\r\n>" };
  return kind === "answer" || kind === "urc" ? { seq, who: "module", text: `\r\n${line}\r\n` } : undefined;
}

/** Bytes as text: UTF-8 where they are, else a sign for each byte. */
function signs(event: RecordedEvent): string {
  if (typeof event.text === "string") return event.text.slice(0, maxText);
  const bytes = (bytesOf(event) ?? new Uint8Array()).subarray(0, maxText);
  return String.fromCharCode(...bytes);
}
