import type { RecordedEvent } from "../../trace/recorded-event.js";
import { bytesOf } from "./carried-bytes.js";

/** Who speaks on the line: the host, the window as a second host, or the module. */
export type Speaker = "host" | "window" | "module";

/** What one of them said, without a break. */
export interface Speech {
  readonly seq: number;
  readonly who: Speaker;
  readonly text: string;
}

/** How many speeches are kept, and the longest one, in characters. */
const maxSpeeches = 600;
const maxText = 4096;
/** How many texts of the window are remembered until they are heard. */
const maxTyped = 50;

/** What was said on the line, byte by byte. Where a trace has no raw bytes, lines and payloads stand for them. */
export class Talk {
  speeches: Speech[] = [];
  #hasBytes = false;
  /** What the window has sent, and has not been heard yet. */
  #typed: string[] = [];

  /** The window sends a text. */
  type(text: string): void {
    this.#typed = [...this.#typed.slice(1 - maxTyped), text];
  }

  /** Takes an event in. */
  add(event: RecordedEvent): void {
    if (event.kind === "bytes" && !this.#hasBytes) {
      this.#hasBytes = true;
      this.speeches = [];
    }
    const said = this.#hasBytes ? this.#rawSpeech(event) : speechOf(event);
    if (said === undefined) return;
    const last = this.speeches.at(-1);
    if (last?.who === said.who && last.text.length + said.text.length < maxText)
      this.speeches.splice(-1, 1, { ...last, text: last.text + said.text });
    else this.speeches.push(said);
    if (this.speeches.length > maxSpeeches) this.speeches = this.speeches.slice(maxSpeeches >> 1);
  }

  #rawSpeech(event: RecordedEvent): Speech | undefined {
    const { seq, kind, way } = event;
    if (kind !== "bytes") return undefined;
    const text = signs(event);
    if (way === "sent") return { seq, who: "module", text };
    const at = this.#typed.indexOf(text);
    if (at >= 0) this.#typed.splice(at, 1);
    return { seq, who: at < 0 ? "host" : "window", text };
  }
}

function speechOf(event: RecordedEvent): Speech | undefined {
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
