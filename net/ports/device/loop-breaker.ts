/** How many visible characters of the output may come back before that counts as a loop. No host repeats as many. */
const maxRepeated = 4096;
/** How many visible characters of the output are kept to compare with. */
const maxKept = 65_536;
const caret = 0x5e;

/**
 * Breaks the loop with a far end that sends back everything, such as a terminal that echoes: otherwise the module would
 * answer its own answers for ever. Compares input with output, without blanks and control characters, which an echo
 * changes. Once `maxRepeated` characters have come back and nothing else, the input is dropped until something else comes.
 */
export class LoopBreaker {
  /** The latest output. */
  #output = "";
  /** How many characters of `#output` have come back. */
  #matched = 0;
  /** How many characters have come back without anything else in between. */
  #repeated = 0;
  #isDropping = false;
  readonly #onLoop: () => void;

  /** `onLoop` is called when input begins to be dropped. */
  constructor(onLoop: () => void) {
    this.#onLoop = onLoop;
  }

  /** Takes note of output. */
  wrote(bytes: Uint8Array): void {
    this.#output = this.#output.slice(this.#matched) + visible(bytes);
    this.#matched = 0;
    if (this.#output.length > maxKept) this.#reset();
  }

  /** Whether input is to be handed on; false while it is an echo that is dropped. */
  accepts(bytes: Uint8Array): boolean {
    const input = visible(bytes);
    if (!this.#output.startsWith(input, this.#matched)) {
      this.#reset();
      return true;
    }
    this.#matched += input.length;
    this.#repeated += input.length;
    if (this.#repeated < maxRepeated) return true;
    if (!this.#isDropping) this.#onLoop();
    this.#isDropping = true;
    return false;
  }

  #reset(): void {
    this.#output = "";
    this.#matched = 0;
    this.#repeated = 0;
    this.#isDropping = false;
  }
}

/** The printable characters of `bytes`. An echo shows a control character as `^` and a letter: both are left out. */
function visible(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === caret) at += 1;
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
  }
  return text;
}
