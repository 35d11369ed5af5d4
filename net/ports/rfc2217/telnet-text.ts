import { telnet } from "./telnet.js";

const nul = 0;
const lf = 10;
const cr = 13;

/**
 * Makes Telnet data of bytes. Where BINARY is not agreed, a CR that no LF follows has a NUL behind it (RFC 854), which is
 * written as soon as the next byte is known.
 */
export class TelnetWriter {
  #afterCr = false;

  /** As much as there is room for, and how many of the bytes that is. */
  write(bytes: Uint8Array, how: { readonly binary: boolean; readonly room: number }): readonly [Uint8Array, number] {
    const written: number[] = [];
    let taken = 0;
    for (const byte of bytes) {
      const piece = this.#piece(byte, how.binary);
      if (written.length + piece.length > how.room) break;
      written.push(...piece);
      this.#afterCr = byte === cr;
      taken += 1;
    }
    return [Uint8Array.from(written), taken];
  }

  #piece(byte: number, binary: boolean): readonly number[] {
    const stuffing = this.#afterCr && !binary && byte !== lf ? [nul] : [];
    return [...stuffing, ...(byte === telnet.iac ? [byte, byte] : [byte])];
  }
}

/** Takes the NUL behind a CR away again, wherever the data are cut. */
export class CrNul {
  #afterCr = false;

  strip(bytes: Uint8Array): Uint8Array {
    return bytes.filter((byte) => {
      const stuffed = this.#afterCr && byte === nul;
      this.#afterCr = byte === cr;
      return !stuffed;
    });
  }
}
