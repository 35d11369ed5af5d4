import type { Edited } from "../at/line-editor.js";
import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { Effects } from "./effects.js";

/** Traces lines and payloads of the host, and which of their bytes came before the answer to the last line. */
export class InputTrace {
  readonly #effects: Effects;
  /** How many bytes of the host have come in all. */
  received = 0;
  /** How many of them had come at the last final result. */
  #atResult = 0;
  /** The first byte of the line that is being typed: its number, and when it came. */
  #begun: { readonly byte: number; readonly at: Millis } | undefined;
  /** How many bytes came before the prompt of the payload. */
  #beforePrompt = 0;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** A final result goes out now. */
  answered(): void {
    this.#atResult = this.received;
  }

  /** After a byte: `halfTyped` tells whether a line has begun and not ended. */
  typed(halfTyped: boolean, byte: number, at: Millis): void {
    if (!halfTyped) this.#begun = undefined;
    else this.#begun ??= { byte, at };
  }

  /** The prompt goes out now; `unread` bytes came before it. */
  startPayload(unread: number): void {
    this.#begun = undefined;
    this.#beforePrompt = unread;
  }

  /** Traces a line; `isBusy`: the answer to another one is pending. */
  line(line: Octets, terminator: Octets, now: Millis, isBusy: boolean): void {
    const { isTraced, secrets } = this.#effects;
    if (!isTraced) return;
    const typed = this.#effects.socketSecrets.line(line);
    let shown: Octets | undefined;
    const { byte, at } = this.#begun ?? { byte: this.received, at: now };
    const isEarly = isBusy || byte < this.#atResult;
    this.#effects.trace({
      kind: "line",
      ...(now > at && { begun: now - at }),
      ...(isEarly && { early: true }),
      get line() {
        shown ??= secrets.line(typed); // lazy, because it is slow and mostly not needed
        return shown;
      },
      terminator,
    });
  }

  /** Traces a payload. */
  payload({ payload, lost, end }: Extract<Edited, { readonly kind: "payload" }>): void {
    const { isTraced, secrets } = this.#effects;
    if (!isTraced) return;
    let shown: Octets | undefined;
    const early = Math.min(this.#beforePrompt, payload.length + lost);
    this.#effects.trace({
      kind: "payload",
      size: payload.length,
      ...(early > 0 && { early }),
      ...(lost > 0 && { lost }),
      ...(end !== "ctrlZ" && { end }),
      get payload() {
        shown ??= secrets.payload(payload);
        return shown;
      },
    });
  }
}
