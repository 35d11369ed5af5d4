type Level = 0 | 1;

const dataBits = 8;
/** Start bit, data bits and stop bit. */
const frameBits = dataBits + 2;

/**
 * An 8N1 receiver whose sender has another speed. It counts from the edge of the start bit and samples the line in the
 * middle of each bit that it expects. A byte without a stop bit is handed on as it was sampled, as a tty does; the next
 * one can begin only after the line was high.
 */
export class Receiver {
  /** The sender's speed, in bits per second. */
  readonly from: number;
  /** The receiver's speed, in bits per second. */
  readonly to: number;
  /** The length of a bit, in units of 1/(2 · from · to) s: whole numbers at both speeds, so that nothing is rounded. */
  readonly #sentBit: number;
  readonly #ownBit: number;
  readonly #received: number[] = [];
  /** Within a frame, from the start bit to the stop bit. */
  #inFrame = false;
  /** The bit that is sampled next, 0 for the start bit, and in how many units. */
  #bit = 0;
  #untilSample = 0;
  #byte = 0;
  /** The stop bit was missing: no start bit counts before the line was high. */
  #waitsForHigh = false;

  /** Speeds in bits per second. */
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#sentBit = 2 * to;
    this.#ownBit = 2 * from;
  }

  /** How long, in seconds, the current byte would still take on an idle line; undefined between bytes. */
  get remaining(): number | undefined {
    if (!this.#inFrame) return undefined;
    return (this.#untilSample + (frameBits - 1 - this.#bit) * this.#ownBit) / (this.#sentBit * this.from);
  }

  /** The sender sends a byte: start bit, data bits, stop bit. */
  byte(byte: number): void {
    this.#hold(0, this.#sentBit);
    for (let bit = 0; bit < dataBits; bit += 1) this.#hold(((byte >> bit) & 1) as Level, this.#sentBit);
    this.#hold(1, this.#sentBit);
  }

  /** The line is idle for a number of seconds. */
  idle(seconds: number): void {
    this.#hold(1, Math.round(seconds * this.#sentBit * this.from));
  }

  /** The line is idle until the current byte has ended. */
  finish(): void {
    this.#hold(1, frameBits * this.#ownBit);
  }

  /** The bytes that were received since the last call. */
  take(): number[] {
    return this.#received.splice(0);
  }

  /** The line has this level for `span` units. An edge between two bits belongs to the second. */
  #hold(level: Level, span: number): void {
    if (!this.#inFrame && !this.#startsFrame(level)) return;
    let left = span;
    for (; this.#inFrame && this.#untilSample < left; this.#untilSample = this.#ownBit) {
      left -= this.#untilSample;
      this.#sample(level);
    }
    this.#untilSample -= left;
  }

  #startsFrame(level: Level): boolean {
    if (level === 1) this.#waitsForHigh = false;
    if (level === 1 || this.#waitsForHigh) return false;
    this.#inFrame = true;
    this.#bit = 0;
    this.#byte = 0;
    this.#untilSample = this.#ownBit / 2;
    return true;
  }

  #sample(level: Level): void {
    const bit = this.#bit++;
    if (bit === 0)
      this.#inFrame = level === 0; // otherwise the pulse was too short for a start bit
    else if (bit <= dataBits) this.#byte |= level << (bit - 1);
    else {
      this.#received.push(this.#byte);
      this.#inFrame = false;
      this.#waitsForHigh = level === 0;
    }
  }
}
