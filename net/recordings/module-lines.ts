import type { Octets } from "../../at/octets.js";
import type { Millis } from "../time/clock.js";

/** A line that the module has said: an information line, a result, a URC, an echo, or the prompt. */
export interface ModuleLine {
  /** When its last byte came, in ms. */
  readonly t: Millis;
  /** All of its bytes: with the CR LF before it and behind it. */
  readonly raw: Octets;
  /** The same without CR and LF at its ends. */
  readonly text: Octets;
}

const content = (raw: Octets): Octets => raw.replace(/^[\r\n]+|[\r\n]+$/g, "");

/** Whether this is the prompt for a payload, with or without the blank of some firmwares. */
export const isPrompt = (text: Octets): boolean => /^> ?$/.test(text);

/** Whether this is the last line of an answer: OK, ERROR, an error with a number, or a code of ATV0, which a CR alone ends. */
export const isFinalResult = ({ text, raw }: Pick<ModuleLine, "text" | "raw">): boolean =>
  /^(?:OK|ERROR|\+CM[ES] ERROR: ?.*)$/.test(text) || (/^[04]$/.test(text) && !raw.endsWith("\n"));

/** Splits what a module says into lines. The result does not depend on how the stream is cut. */
export class LineCutter {
  #raw: Octets = "";
  #t: Millis = 0;

  /** Takes octets that came at `t`; returns the lines that they complete. */
  take(octets: Octets, t: Millis): readonly ModuleLine[] {
    const lines: ModuleLine[] = [];
    for (const part of octets.match(/[^\r\n]+|[\r\n]/g) ?? []) {
      const ends = part === "\n" || (part !== "\r" && this.#raw.endsWith("\r"));
      if (ends && part !== "\n") lines.push(...this.#cut());
      this.#raw += part;
      this.#t = t;
      if (part === "\n" || (part === "\r" && this.#raw.endsWith("\r\r")))
        lines.push(...this.#cut(part === "\r" ? 1 : 0));
    }
    return lines;
  }

  /** What has begun and not ended, without CR and LF. */
  get begun(): Octets {
    return content(this.#raw);
  }

  /** The host speaks: returns a line that is complete without a line end, such as a prompt or an echoed CR. */
  pause(): readonly ModuleLine[] {
    return this.#raw.endsWith("\r") || isPrompt(this.begun) ? this.#cut() : [];
  }

  /** The stream ends: returns what is left. */
  end(): readonly ModuleLine[] {
    return this.#cut();
  }

  /** Takes out what has come, without its last `kept` octets; CR and LF alone are no line, and belong to the next one. */
  #cut(kept = 0): readonly ModuleLine[] {
    const raw = kept === 0 ? this.#raw : this.#raw.slice(0, -kept);
    const text = content(raw);
    if (text === "") return [];
    this.#raw = this.#raw.slice(raw.length);
    return [{ t: this.#t, raw, text }];
  }
}
