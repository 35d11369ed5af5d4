/** Text on the wire: one character is one byte (latin-1), so that all 256 values survive. */
export type Octets = string;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as octets: all of them, or those from index `from` up to `to`. */
export const fromBytes = (bytes: Uint8Array, from = 0, to = bytes.length): Octets =>
  asBuffer(bytes).toString("latin1", from, to);

/** The same bytes as a Buffer, not copied. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Octets as bytes. */
export const toBytes = (octets: Octets): Uint8Array => Buffer.from(octets, "latin1");

/** A string as its UTF-8 octets. */
export const fromText = (text: string): Octets => (isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1"));

/** The octets decoded as UTF-8; undefined where they are not UTF-8. */
export function toText(octets: Octets): string | undefined {
  if (isAscii(octets)) return octets;
  try {
    return strict.decode(toBytes(octets));
  } catch {
    return undefined;
  }
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** Octets for a log: printable ones unchanged, the others as `<1A>`. */
export const printable = (octets: Octets): string =>
  octets.replace(/[^\x20-\x7e]/g, (octet) => `<${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}>`);
