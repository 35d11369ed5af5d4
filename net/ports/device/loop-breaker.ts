/** So much of our output may come back, in visible characters, before it counts as a loop: no host repeats so much of it. */
const mostRepeated = 4096;
/** Output to compare with, in visible characters. */
const mostKept = 65_536;
const caret = 0x5e;

/**
 * Stops a far end that sends back all that it gets, such as a terminal that echoes: the module would answer its own answers
 * for ever. What comes in is compared with what went out, without blanks and control characters, which an echo changes.
 * Where thousands of characters come back and nothing else, the echo is swallowed until something else comes.
 */
export class LoopBreaker {
  #said = "";
  /** So much of it has come back. */
  #heard = 0;
  #repeated = 0;
  #swallows = false;
  readonly #onLoop: () => void;

  /** `onLoop` is called when it begins to swallow. */
  constructor(onLoop: () => void) {
    this.#onLoop = onLoop;
  }

  /** What has gone out. */
  wrote(bytes: Uint8Array): void {
    this.#said = this.#said.slice(this.#heard) + visible(bytes);
    this.#heard = 0;
    if (this.#said.length > mostKept) this.#forget();
  }

  /** Whether what has come in is to be taken for the far end's own words. */
  passes(bytes: Uint8Array): boolean {
    const heard = visible(bytes);
    if (!this.#said.startsWith(heard, this.#heard)) {
      this.#forget();
      return true;
    }
    this.#heard += heard.length;
    this.#repeated += heard.length;
    if (this.#repeated < mostRepeated) return true;
    if (!this.#swallows) this.#onLoop();
    this.#swallows = true;
    return false;
  }

  #forget(): void {
    this.#said = "";
    this.#heard = 0;
    this.#repeated = 0;
    this.#swallows = false;
  }
}

/** Printable characters; a control character comes back as `^` and a letter, so both are left out. */
function visible(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === caret) at += 1;
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
  }
  return text;
}
