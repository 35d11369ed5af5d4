/** A line of a dump: where it begins, its bytes, and what can be printed of them. */
export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

/** Bytes as hexadecimal digits and text, in lines of 8 or 16 bytes. */
export function hexLines(bytes: Uint8Array, width: 8 | 16): readonly HexLine[] {
  const lines: HexLine[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    const part = [...bytes.subarray(at, at + width)];
    const digits = part.map((byte) => byte.toString(16).padStart(2, "0"));
    lines.push({
      offset: at.toString(16).padStart(4, "0"),
      hex: `${digits.slice(0, 8).join(" ")}  ${digits.slice(8).join(" ")}`.trimEnd().padEnd(width * 3),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(""),
    });
  }
  return lines;
}

/** The bytes of base64. */
export const bytesOfBase64 = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
