import { asBuffer } from "../../at/octets.js";
import { frameAt } from "../../mqtt/frame.js";

/** A piece of the stream from the broker. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Whether it is one whole packet; else it passes as it came. */
  readonly isPacket: boolean;
}

/** The longest packet that is held until it is whole, in bytes. decided */
const maxPacketBytes = 1024 * 1024;

const nothing = Buffer.alloc(0);

/** Cuts what comes from the broker into packets. It follows the stream while nobody needs the packets, too. */
export class PacketCutter {
  /** The beginning of a packet that is not whole. */
  #held = nothing;
  /** The beginning of a fixed header that has passed already. */
  #begun = nothing;
  /** How many bytes of a packet are still to come that passes as it comes. */
  #passing = 0;

  /** How many bytes are held. */
  get size(): number {
    return this.#held.length;
  }

  /** Takes note of bytes that pass. Nothing may be held. */
  follow(bytes: Uint8Array): void {
    const stream = asBuffer(bytes);
    let at = this.#pass(stream);
    while (at < stream.length) {
      const size = sizeAt(stream, at);
      if (size === undefined) {
        this.#begun = Buffer.from(stream.subarray(at));
        return;
      }
      this.#passing = size;
      at += this.#pass(at === 0 ? stream : stream.subarray(at));
    }
  }

  /** The pieces that are complete with these bytes. */
  cut(bytes: Uint8Array): readonly Piece[] {
    const stream = this.#held.length === 0 ? asBuffer(bytes) : Buffer.concat([this.#held, bytes]);
    this.#held = nothing;
    const pieces: Piece[] = [];
    const passed = this.#pass(stream);
    if (passed > 0) pieces.push({ bytes: stream.subarray(0, passed), isPacket: false });
    for (let at = passed; at < stream.length; ) {
      const size = sizeAt(stream, at);
      if (size === undefined || (size <= maxPacketBytes && at + size > stream.length)) {
        this.#held = Buffer.from(stream.subarray(at));
        break;
      }
      const isPacket = size <= maxPacketBytes;
      if (!isPacket) this.#passing = Math.max(0, size - (stream.length - at));
      pieces.push({ bytes: stream.subarray(at, at + size), isPacket });
      at += size;
    }
    return pieces;
  }

  /** Counts the bytes at the beginning that belong to a packet that passes as it comes. */
  #pass(stream: Buffer): number {
    if (this.#begun.length > 0) {
      const header = Buffer.concat([this.#begun, stream.subarray(0, 5)]);
      const size = sizeAt(header, 0);
      if (size === undefined) {
        this.#begun = header;
        return stream.length;
      }
      this.#passing = size - this.#begun.length;
      this.#begun = nothing;
    }
    const passed = Math.min(this.#passing, stream.length);
    this.#passing -= passed;
    return passed;
  }
}

/** The size of the packet that begins at a place, in bytes; undefined until its fixed header is whole. What is no MQTT has no end. */
function sizeAt(stream: Buffer, at: number): number | undefined {
  const frame = frameAt(stream, at, stream.length, Number.POSITIVE_INFINITY);
  if (frame === undefined) return undefined;
  return typeof frame === "string" ? Number.POSITIVE_INFINITY : frame.end - at;
}
