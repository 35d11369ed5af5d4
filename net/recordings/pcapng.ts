/** Writes captures as Wireshark reads them (pcapng, draft-ietf-opsawg-pcapng). Pure: blocks come back as bytes. */

/** What the packets of an interface are, by their number in the list of link types of tcpdump.org. */
export const linkTypes = {
  /** IPv4 or IPv6, without a frame around it. */
  raw: 101,
  /** A protocol that a tag in front names (Wireshark's exported PDU). */
  upperPdu: 252,
} as const;

const encoder = new TextEncoder();

const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

function block(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = padded(Buffer.concat(parts));
  const length = u32(body.length + 12);
  return Buffer.concat([u32(type), length, body, length]);
}

/** The longest comment, in bytes; an option has at most 65535. */
const maxComment = 2000;

function options(...given: readonly (readonly [code: number, value: Uint8Array] | undefined)[]): Buffer {
  const present = given.filter((option) => option !== undefined);
  if (present.length === 0) return Buffer.alloc(0);
  const written = present.map(([code, value]) => Buffer.concat([u16(code), u16(value.length), padded(value)]));
  return Buffer.concat([...written, u32(0)]);
}

const text = (value: string): Uint8Array => encoder.encode(value).subarray(0, maxComment);

/** The first block: byte order, version, and the program that has written the file. */
export const sectionHeader = (program: string): Buffer =>
  block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), Buffer.alloc(8, 0xff), options([4, text(program)]));

/** An interface. Its packets have times in microseconds. */
export const interfaceBlock = (linkType: number, name: string, description: string): Buffer =>
  block(1, u16(linkType), u16(0), u32(0), options([2, text(name)], [3, text(description)], [9, Uint8Array.of(6)]));

/** Names of addresses, as a resolver would have given them. */
export function namesBlock(names: readonly (readonly [address: Uint8Array, name: string])[]): Buffer {
  const records = names.map(([address, name]) => {
    const value = Buffer.concat([address, encoder.encode(`${name}\0`)]);
    return Buffer.concat([u16(1), u16(value.length), padded(value)]);
  });
  return block(4, ...records, u32(0));
}

/** A packet of a capture. */
export interface Captured {
  /** The index of its interface. */
  readonly on: number;
  /** Calendar time, in ms since 1970; fractions count. What is earlier, by a clock that went back, has 0. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly comment?: string | undefined;
  /** As the module sees it. */
  readonly way?: "received" | "sent";
}

const directions = { received: 1, sent: 2 } as const;

export function packetBlock({ on, at, bytes, comment, way }: Captured): Buffer {
  const micros = BigInt(Math.max(0, Math.round(at * 1000)));
  const length = u32(bytes.length);
  return block(
    6,
    ...[u32(on), u32(Number(micros >> 32n)), u32(Number(micros & 0xffff_ffffn)), length, length, padded(bytes)],
    options(
      comment === undefined ? undefined : [1, text(comment)],
      way === undefined ? undefined : [2, u32(directions[way])],
    ),
  );
}
