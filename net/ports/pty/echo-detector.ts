/**
 * Suspects an echo when the input is the same as the latest output: a host has turned ECHO on (`stty sane`), and the
 * module would read its own output for ever. A host may also send by chance what it was sent, so the caller reads the
 * termios before it acts, and tells what they said.
 */
export class EchoDetector {
  /** The start of what was written since the last input: an echo begins where the output began. */
  #output = "";
  /** How many suspicions have come since the termios were read last. */
  #suspicions = 0;
  /** How many of them are ignored before the termios are read again. */
  #toIgnore = 0;

  /** Takes note of output. */
  wrote(bytes: Uint8Array): void {
    if (this.#output.length < maxCompared) this.#output += visible(bytes);
  }

  /** Whether the termios are to be read before this input is handed on. To be called once for all input. */
  suspects(bytes: Uint8Array): boolean {
    const output = this.#output;
    this.#output = "";
    if (output.length < 2) return false;
    const input = visible(bytes);
    if (input.length < 2 || !(output.startsWith(input) || input.startsWith(output))) return false;
    this.#suspicions += 1;
    return this.#suspicions > this.#toIgnore;
  }

  /** The termios were read. Each time that they show no echo, more suspicions are ignored before the next time. */
  checked(echoes: boolean): void {
    this.#suspicions = 0;
    this.#toIgnore = echoes ? 0 : Math.min(this.#toIgnore * 2 + 16, maxIgnored);
  }

  /** Starts afresh for the next host. */
  reset(): void {
    this.#output = "";
    this.#suspicions = 0;
    this.#toIgnore = 0;
  }
}

/** How many visible characters of the output are compared. */
const maxCompared = 256;
/** The most suspicions that are ignored in a row. */
const maxIgnored = 1024;

/** The printable characters at the start of `bytes`; how an echo shows the others (`^M`, CR LF) depends on further flags. */
function visible(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes.subarray(0, 4 * maxCompared))
    if (byte > 0x20 && byte < 0x7f && byte !== 0x5e) text += String.fromCharCode(byte);
  return text.slice(0, maxCompared);
}
