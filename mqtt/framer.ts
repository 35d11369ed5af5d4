/** One whole packet as it came; its bytes are good until the next one is asked for. */
export interface Frame {
  readonly bytes: Buffer;
  /** Where the variable header begins. */
  readonly body: number;
}

interface Header {
  readonly body: number;
  readonly total: number;
}

const nothing: Buffer = Buffer.alloc(0);

/** Cuts a stream into packets. What came of an unfinished one is held, and nothing else is. */
export class Framer {
  readonly #max: number;
  #bytes = nothing;
  #at = 0;
  #held = nothing;
  #length = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Hands in what came; the frames before it must have been taken to the last. */
  feed(bytes: Uint8Array): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
  }

  /** The next packet, or why there can be none, or nothing until more comes. */
  next(): Frame | string | undefined {
    return this.#length === 0 ? this.#nextInPlace() : this.#nextHeld();
  }

  #nextInPlace(): Frame | string | undefined {
    const header = readHeader(this.#bytes, this.#at, this.#bytes.length, this.#max);
    if (typeof header === "string") return header;
    const rest = this.#bytes.length - this.#at;
    if (header === undefined || header.total > rest) {
      this.#hold(rest);
      return undefined;
    }
    const bytes = this.#bytes.subarray(this.#at, this.#at + header.total);
    this.#at += header.total;
    return { bytes, body: header.body };
  }

  #nextHeld(): Frame | string | undefined {
    let header = this.#heldHeader();
    while (header === undefined && this.#at < this.#bytes.length) {
      this.#hold(1);
      header = this.#heldHeader();
    }
    if (header === undefined || typeof header === "string") return header;
    this.#hold(Math.min(header.total - this.#length, this.#bytes.length - this.#at));
    if (this.#length < header.total) return undefined;
    const bytes = this.#held.subarray(0, header.total);
    this.#held = nothing;
    this.#length = 0;
    return { bytes, body: header.body };
  }

  #heldHeader(): Header | string | undefined {
    return readHeader(this.#held, 0, this.#length, this.#max);
  }

  /** Room grows twofold, so that single bytes cost no more than one chunk. */
  #hold(count: number): void {
    const length = this.#length + count;
    if (length > this.#held.length) {
      const room = Buffer.allocUnsafe(Math.max(64, 2 * length));
      this.#held.copy(room, 0, 0, this.#length);
      this.#held = room;
    }
    this.#bytes.copy(this.#held, this.#length, this.#at, this.#at + count);
    this.#at += count;
    this.#length = length;
  }
}

/** The fixed header between two places: its length field has at most four bytes. MQTT 2.2.3 */
function readHeader(bytes: Buffer, from: number, to: number, max: number): Header | string | undefined {
  let remaining = 0;
  for (let i = 1; i <= 4; i++) {
    if (from + i >= to) return undefined;
    const digit = bytes[from + i] ?? 0;
    remaining += (digit & 127) * 128 ** (i - 1);
    if (digit < 128) {
      const total = 1 + i + remaining;
      return total > max ? `a packet of ${total} bytes` : { body: 1 + i, total };
    }
  }
  return "a remaining length of more than four bytes";
}
