/**
 * Notices when what comes in is what has just gone out: the mark of a host that turned ECHO on while attached (`stty sane`).
 * Then our own output is our input, for ever. It only suspects: a host may send what it was sent, so the termios decides.
 */
export class EchoGuard {
  #said = "";
  #patience = leastPatience;
  #ignored = 0;

  /** What has gone out. Only its start counts: an echo begins where the output began. */
  wrote(bytes: Uint8Array): void {
    if (this.#said.length < enough) this.#said += visible(bytes);
  }

  /** Whether this looks like our own output; asked once for all that comes in. */
  suspects(bytes: Uint8Array): boolean {
    const said = this.#said;
    this.#said = "";
    if (said.length < 2) return false;
    const heard = visible(bytes);
    if (heard.length < 2 || !(said.startsWith(heard) || heard.startsWith(said))) return false;
    this.#ignored += 1;
    return this.#ignored > this.#patience;
  }

  /** The termios were looked at. The more often in vain, the rarer the next look. */
  looked(echoes: boolean): void {
    this.#ignored = 0;
    this.#patience = echoes ? leastPatience : Math.min(this.#patience * 2 + 16, 1024);
  }

  /** Another host may come: start afresh. */
  reset(): void {
    this.#said = "";
    this.#ignored = 0;
    this.#patience = leastPatience;
  }
}

const leastPatience = 0;
const enough = 256;

/** The printable characters of the start: how the others come back (`^M`, CR LF) depends on further flags. */
function visible(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes.subarray(0, 4 * enough))
    if (byte > 0x20 && byte < 0x7f && byte !== 0x5e) text += String.fromCharCode(byte);
  return text.slice(0, enough);
}
