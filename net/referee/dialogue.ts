import type { RecordedEvent } from "../trace/recorded-event.js";
import { fieldText, type HostLine, type Result } from "./host-line.js";

const finals = /^(OK|ERROR|\+CM[ES] ERROR: .*)$/;
/** Final results with ATV0. V.250 */
const numericFinals = /^[04]$/;

/** How many lines may wait for their result; a module that aborts commands has few of them. */
const maxWaiting = 16;

/** The command lines of the host, and which of them each final result belongs to. */
export class Dialogue {
  /** The last line of the host, or the line of its last payload. */
  last: HostLine | undefined;
  /** The lines without a final result; the last one is answered first. */
  #waiting: { readonly line: HostLine; readonly afterPayload: boolean }[] = [];
  /** The line whose prompt has come. */
  #entry: HostLine | undefined;
  #isVerbose = true;

  /** Takes a line of the host. Lines that wait for their result are given up, unless the host sent this one too early. */
  line(line: HostLine): void {
    if (!line.early) this.#waiting = [];
    this.#waiting.push({ line, afterPayload: false });
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
    this.last = line;
  }

  /** Takes an answer. Returns the result of a line that it ends; undefined: it ends none. */
  answer(event: RecordedEvent): Result | undefined {
    const text = fieldText(event.line);
    if (text === ">") {
      this.#entry = this.#waiting.pop()?.line;
      return undefined;
    }
    if (!(this.#isVerbose ? finals : numericFinals).test(text) && !/^\+CM[ES] ERROR/.test(text)) return undefined;
    this.#entry = undefined;
    const waiting = this.#waiting.pop();
    return waiting && { ...waiting, event, text, ok: text === "OK" || text === "0" };
  }

  /** Takes a payload, which a final result follows. After a cancelled one, the OK is not the result of the line. */
  payload(cancelled: boolean): void {
    const line = this.#entry;
    this.#entry = undefined;
    if (line !== undefined && !cancelled) this.#waiting.push({ line, afterPayload: true });
  }

  /** Takes a change of ATV. */
  setting({ name, value }: RecordedEvent): void {
    if (name === "V") this.#isVerbose = value === "1";
  }

  /** The module has started again. */
  reset(): void {
    this.last = undefined;
    this.#waiting = [];
    this.#entry = undefined;
    this.#isVerbose = true;
  }
}
