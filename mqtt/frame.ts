/** One whole packet within bytes; they are good until the next packet is asked for. */
export interface Frame {
  readonly bytes: Buffer;
  /** The first byte: type and flags. MQTT 2.2.1 */
  readonly first: number;
  /** Where the variable header begins. */
  readonly body: number;
  /** Where the packet ends. */
  readonly end: number;
}

/** The packet that begins at `from`, by its fixed header, which must end before `to`: a remaining length has at most four bytes. MQTT 2.2.3 */
export function frameAt(bytes: Buffer, from: number, to: number, maxBytes: number): Frame | string | undefined {
  let remaining = 0;
  for (let i = 1; i <= 4; i++) {
    if (from + i >= to) return undefined;
    const digit = bytes[from + i] ?? 0;
    remaining += (digit & 127) << (7 * (i - 1));
    if (digit < 128) {
      const body = from + i + 1;
      const total = 1 + i + remaining;
      if (total > maxBytes) return `a packet of ${total} bytes`;
      return { bytes, first: bytes[from] ?? 0, body, end: body + remaining };
    }
  }
  return "a remaining length of more than four bytes";
}
