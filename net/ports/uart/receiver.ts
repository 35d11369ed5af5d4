type Level = 0 | 1;

const dataBits = 8;
/** Start bit, data bits, stop bit. */
const frameBits = dataBits + 2;

/**
 * An 8N1 receiver on a line whose sender has another speed. It counts from the edge of the start bit and looks at the line
 * in the middle of each bit that it expects. A byte without its stop bit is handed on as it was seen, as a tty does, and
 * the next one begins after the line has been high again.
 */
export class Receiver {
  readonly from: number;
  readonly to: number;
  /** Bits in units of 1/(2 · from · to) s: then both speeds have whole numbers, and nothing is rounded. */
  readonly #sentBit: number;
  readonly #ownBit: number;
  readonly #got: number[] = [];
  /** Inside a frame; what comes next of it is bit `#bit`, looked at in `#ahead` units. */
  #framing = false;
  #bit = 0;
  #ahead = 0;
  #byte = 0;
  /** No start bit counts before the line has been high. */
  #broken = false;

  /** Speeds in bits per second. */
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#sentBit = 2 * to;
    this.#ownBit = 2 * from;
  }

  /** So long, in seconds, the byte that is under way would still take on an idle line; undefined where none is. */
  get rest(): number | undefined {
    if (!this.#framing) return undefined;
    return (this.#ahead + (frameBits - 1 - this.#bit) * this.#ownBit) / (this.#sentBit * this.from);
  }

  /** The sender sends a byte. */
  byte(byte: number): void {
    this.#hold(0, this.#sentBit);
    for (let bit = 0; bit < dataBits; bit += 1) this.#hold(((byte >> bit) & 1) as Level, this.#sentBit);
    this.#hold(1, this.#sentBit);
  }

  /** The line is idle for so many seconds. */
  idle(seconds: number): void {
    this.#hold(1, Math.round(seconds * this.#sentBit * this.from));
  }

  /** The line is idle for as long as the byte takes that is under way. */
  finish(): void {
    this.#hold(1, frameBits * this.#ownBit);
  }

  /** What has been received since the last call. */
  take(): number[] {
    return this.#got.splice(0);
  }

  /** The line has a level for so many units; an edge between two bits belongs to the second. */
  #hold(level: Level, span: number): void {
    if (!this.#framing && !this.#starts(level)) return;
    let left = span;
    for (; this.#framing && this.#ahead < left; this.#ahead = this.#ownBit) {
      left -= this.#ahead;
      this.#look(level);
    }
    this.#ahead -= left;
  }

  #starts(level: Level): boolean {
    if (level === 1) this.#broken = false;
    if (level === 1 || this.#broken) return false;
    this.#framing = true;
    this.#bit = 0;
    this.#byte = 0;
    this.#ahead = this.#ownBit / 2;
    return true;
  }

  #look(level: Level): void {
    const bit = this.#bit++;
    if (bit === 0)
      this.#framing = level === 0; // too short for a start bit: a disturbance
    else if (bit <= dataBits) this.#byte |= level << (bit - 1);
    else {
      this.#got.push(this.#byte);
      this.#framing = false;
      this.#broken = level === 0;
    }
  }
}
