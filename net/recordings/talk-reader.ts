import type { EntryEnd } from "../../at/command.js";
import { type Edited, LineEditor } from "../../at/line-editor.js";
import { fromBytes, type Octets } from "../../at/octets.js";
import { type ParsedCommand, parseLine } from "../../at/parse.js";
import type { Millis } from "../time/clock.js";
import { isFinalResult, isPrompt, LineCutter, type ModuleLine } from "./module-lines.js";

/** A part of one direction's stream, by the number of octets before it and up to its end. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Complete input of the host. */
export type HostPart = Span & { readonly input: Edited };

/** A line of the module. */
export interface ModulePart extends Span {
  readonly text: Octets;
  /** `answer`: up to the final result; `echo`: of the host's line; `urc`: all else. */
  readonly kind: "answer" | "urc" | "echo" | "prompt";
}

/** How lines are read: as the module of the application note reads them. */
const reading = { lineFeedEnds: true, lfGrace: 100, backspace: 8 };
/** The most bytes of a payload that Ctrl+Z ends. note 3.2.9 */
const maxPayload = 1548;

/** Reads both directions of a serial line on which a host and a module talk. It reads no clock. */
export class TalkReader {
  readonly #editor = new LineEditor();
  readonly #cutter = new LineCutter();
  /** How many octets of each direction are complete input, or whole lines; and how many have come. */
  readonly #host = { done: 0, come: 0 };
  #moduleDone = 0;
  /** The host's line that waits for its final result; undefined: none. */
  #asked: Octets | undefined;

  /** Takes bytes of the host; returns what they complete. */
  host(bytes: Uint8Array, now: Millis): readonly HostPart[] {
    const parts: HostPart[] = [];
    this.#moduleLines(this.#cutter.pause()); // a prompt, which was told, or an echo that no line end follows
    for (let at = 0; at < bytes.length; ) {
      at = this.#editor.append(bytes, at, reading);
      const input = at < bytes.length ? this.#editor.type(bytes[at] ?? 0, now, reading) : undefined;
      at += 1;
      if (input === undefined) continue;
      const to = this.#host.come + at;
      parts.push({ input, from: this.#host.done, to });
      this.#host.done = to;
      if (input.kind === "line") this.#asked = input.line;
      else if (input.kind === "overlong") this.#asked = "";
    }
    this.#host.come += bytes.length;
    return parts;
  }

  /** Takes bytes of the module; returns the lines that they complete. */
  module(bytes: Uint8Array, now: Millis): readonly ModulePart[] {
    const parts = this.#moduleLines(this.#cutter.take(fromBytes(bytes), now));
    if (this.#asked === undefined || this.#editor.inEntry || !isPrompt(this.#cutter.begun)) return parts;
    this.#editor.startEntry(entryOf(this.#asked));
    return [...parts, { kind: "prompt", text: ">", from: this.#moduleDone, to: this.#moduleDone }];
  }

  #moduleLines(lines: readonly ModuleLine[]): readonly ModulePart[] {
    return lines.flatMap((line): readonly ModulePart[] => {
      const { raw, text } = line;
      const from = this.#moduleDone;
      this.#moduleDone += raw.length;
      if (isPrompt(text)) return []; // told when it came
      return [{ kind: this.#kindOf(line), text, from, to: this.#moduleDone }];
    });
  }

  #kindOf(line: ModuleLine): ModulePart["kind"] {
    if (line.text === this.#asked) return "echo";
    if (this.#asked === undefined) return "urc";
    if (isFinalResult(line)) {
      this.#asked = undefined;
      this.#editor.endEntry();
    }
    return "answer";
  }
}

/** How the payload ends that a command line asks for. */
function entryOf(line: Octets): EntryEnd {
  const last: ParsedCommand | undefined = parseLine(line)?.at(-1);
  const length = last?.kind === "extended" && last.name === "+QMTPUB" ? Number(last.tokens[5]?.text ?? "") : 0;
  if (length >= 1 && length <= maxPayload) return { by: "length", length };
  return { by: "ctrlZ", limit: maxPayload, whenFull: "swallow" };
}
