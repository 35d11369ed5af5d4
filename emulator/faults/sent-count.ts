/** A packet of the module on its way to TCP. */
export interface OnItsWay {
  /** Where it ends in what the module has sent on this link, in bytes. */
  readonly end: number;
  /** Where it ends in what the link has got; 0 where it counts as handed to TCP already, infinite where the link has not got it. */
  onLink: number;
}

/** How much of what the module has sent on a link counts as handed to TCP, where faults lose, double or hold back packets. */
export class SentCount {
  /** What the module has sent, and what the link has got, in bytes. */
  #module = 0;
  #link = 0;
  /** What TCP has taken of the link, and the module's total of which it was told, in bytes. */
  #taken = 0;
  #told = 0;
  /** Packets that do not count yet, or stand behind one that does not. */
  #open: OnItsWay[] = [];

  /** Whether both streams are the same. */
  get isClean(): boolean {
    return this.#open.length === 0 && this.#module === this.#link;
  }

  /** Both get these bytes, and no fault is near. */
  both(bytes: number): void {
    this.#module += bytes;
    this.#link += bytes;
  }

  /** TCP has taken so many bytes of both. */
  bothTaken(total: number): void {
    this.#taken = total;
    this.#told = total;
  }

  /** The module sends a packet of so many bytes. */
  packet(bytes: number): OnItsWay {
    if (this.#open.length === 0 && this.#module > this.#told)
      this.#open.push({ end: this.#module, onLink: this.#link });
    this.#module += bytes;
    const packet = { end: this.#module, onLink: Number.POSITIVE_INFINITY };
    this.#open.push(packet);
    return packet;
  }

  /** The link gets so many bytes, for this packet where it does not count yet. */
  handed(bytes: number, packet?: OnItsWay): void {
    this.#link += bytes;
    if (packet !== undefined && packet.onLink !== 0) packet.onLink = this.#link;
  }

  /** The module's total when TCP has taken `total` bytes of the link, or no more than before; undefined: the same. */
  taken(total = this.#taken): number | undefined {
    this.#taken = total;
    let count = 0;
    while (count < this.#open.length && (this.#open[count]?.onLink ?? 0) <= total) count += 1;
    const last = this.#open.splice(0, count).at(-1);
    if (last !== undefined) this.#told = last.end;
    return last?.end;
  }
}
