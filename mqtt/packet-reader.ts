import { decode, wrongHeader, wrongStart } from "./decode.js";
import { type Frame, frameAt } from "./frame.js";
import type { Level, ServerPacket } from "./packet.js";

/** What came of some bytes. */
export type Reading =
  | { readonly kind: "packet"; readonly packet: ServerPacket }
  /** What came is not MQTT, or no server may send it. Nothing is read after it: a stream that was misread stays so. */
  | { readonly kind: "violation"; readonly why: string };

const nothing: Buffer = Buffer.alloc(0);

/** Where a packet that is held begins to need room, in bytes. */
const minRoom = 64;

/** Reads what a server sends on one link: cuts the stream into packets, and holds the bytes of one that is not complete. */
export class PacketReader {
  readonly #maxBytes: number;
  #bytes = nothing;
  #at = 0;
  /** The beginning of a packet whose rest has not come. */
  #held = nothing;
  #heldLength = 0;
  #isBroken = false;

  /** `maxInbound`: the longest packet that is taken, in bytes, with its fixed header. */
  constructor({ maxInbound }: { readonly maxInbound: number }) {
    this.#maxBytes = maxInbound;
  }

  /** Takes bytes in, which must stay as they are until they have been read to their end. */
  feed(bytes: Uint8Array): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
  }

  /** The next packet or violation; undefined until more bytes come. */
  next(level: Level): Reading | undefined {
    if (this.#isBroken) return undefined;
    const frame = this.#heldLength === 0 ? this.#frame() : this.#heldFrame();
    const packet = typeof frame === "object" ? decode(frame, level) : (this.#wrongBeginning(level) ?? frame);
    if (packet === undefined) return undefined;
    if (typeof packet !== "string") return { kind: "packet", packet };
    this.#isBroken = true;
    return { kind: "violation", why: packet };
  }

  /** Why what has come cannot become a packet; that is judged before the rest of it comes. */
  #wrongBeginning(level: Level): string | undefined {
    const first = this.#heldLength === 0 ? this.#bytes[this.#at] : this.#held[0];
    if (first === undefined) return undefined;
    const header = this.#heldHeader();
    return typeof header === "object" ? wrongHeader(header, level) : wrongStart(first, level);
  }

  /** A packet whose bytes came together. */
  #frame(): Frame | string | undefined {
    const frame = frameAt(this.#bytes, this.#at, this.#bytes.length, this.#maxBytes);
    if (typeof frame === "string") return frame;
    if (frame === undefined || frame.end > this.#bytes.length) {
      this.#hold(this.#bytes.length - this.#at);
      this.#bytes = nothing;
      this.#at = 0;
      return undefined;
    }
    this.#at = frame.end;
    return frame;
  }

  /** A packet that was begun before. */
  #heldFrame(): Frame | string | undefined {
    let frame = this.#heldHeader();
    while (frame === undefined && this.#at < this.#bytes.length) {
      this.#hold(1);
      frame = this.#heldHeader();
    }
    if (frame === undefined || typeof frame === "string") return frame;
    this.#hold(Math.min(frame.end - this.#heldLength, this.#bytes.length - this.#at));
    if (this.#heldLength < frame.end) return undefined;
    const bytes = this.#held;
    this.#held = nothing;
    this.#heldLength = 0;
    return { ...frame, bytes };
  }

  #heldHeader(): Frame | string | undefined {
    return frameAt(this.#held, 0, this.#heldLength, this.#maxBytes);
  }

  /** The room grows twofold, so that single bytes cost no more than one chunk. */
  #hold(count: number): void {
    const length = this.#heldLength + count;
    if (length > this.#held.length) {
      const room = Buffer.allocUnsafe(Math.max(minRoom, 2 * length));
      this.#held.copy(room, 0, 0, this.#heldLength);
      this.#held = room;
    }
    this.#bytes.copy(this.#held, this.#heldLength, this.#at, this.#at + count);
    this.#at += count;
    this.#heldLength = length;
  }
}
