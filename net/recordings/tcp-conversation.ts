import type { Captured } from "./pcapng.js";

/** An end of a TCP connection. */
export interface Endpoint {
  /** An IPv4 address. */
  readonly address: readonly number[];
  readonly port: number;
}

const flag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** The largest part of a packet that one segment carries, in bytes: that of an Ethernet. */
const maxSegment = 1460;
const window = 65_535;

/**
 * A TCP connection as a capture shows it, from the handshake on. What one end sends is acknowledged with the next segment of
 * the other one, or with the next call of `acknowledge`.
 */
export class TcpConversation {
  readonly #ends: { readonly client: Endpoint; readonly server: Endpoint };
  readonly #interface: number;
  /** The sequence number that each end sends next. */
  readonly #next = { client: 1000, server: 5000 };
  /** Up to where the other end has acknowledged it. */
  readonly #acknowledged = { client: 1000, server: 5000 };
  #packets = 0;

  constructor(client: Endpoint, server: Endpoint, on: number) {
    this.#ends = { client, server };
    this.#interface = on;
  }

  /** The client dials. */
  syn(at: number, comment: string): readonly Captured[] {
    return [this.#segment("client", at, flag.syn, noBytes, comment)];
  }

  /** The server accepts, and the client hears it. */
  accepted(at: number): readonly Captured[] {
    return [this.#segment("server", at, flag.syn | flag.ack), this.#segment("client", at, flag.ack)];
  }

  /** The server refuses the connection. */
  refused(at: number, comment: string): readonly Captured[] {
    return [this.#segment("server", at, flag.rst | flag.ack, noBytes, comment)];
  }

  /** One end sends bytes. */
  send(from: "client" | "server", at: number, bytes: Uint8Array, comment?: string): readonly Captured[] {
    const before = this.#acknowledge(from === "client" ? "server" : "client", at);
    const segments: Captured[] = [];
    for (let start = 0; start < bytes.length; start += maxSegment) {
      const part = bytes.subarray(start, start + maxSegment);
      const isLast = start + maxSegment >= bytes.length;
      segments.push(
        this.#segment(from, at, isLast ? flag.psh | flag.ack : flag.ack, part, start === 0 ? comment : undefined),
      );
    }
    return [...before, ...segments];
  }

  /** One end closes, and the other one does the same. */
  close(first: "client" | "server", at: number, comment?: string): readonly Captured[] {
    const other = first === "client" ? "server" : "client";
    return [
      ...this.#acknowledge(other, at),
      this.#segment(first, at, flag.fin | flag.ack, noBytes, comment),
      this.#segment(other, at, flag.fin | flag.ack),
      this.#segment(first, at, flag.ack),
    ];
  }

  /** One end resets the connection. */
  reset(from: "client" | "server", at: number, comment?: string): readonly Captured[] {
    return [this.#segment(from, at, flag.rst | flag.ack, noBytes, comment)];
  }

  /** What the other end has sent is acknowledged, where it was not yet. */
  #acknowledge(by: "client" | "server", at: number): readonly Captured[] {
    const other = by === "client" ? "server" : "client";
    return this.#acknowledged[other] === this.#next[other] ? [] : [this.#segment(by, at, flag.ack)];
  }

  #segment(
    from: "client" | "server",
    at: number,
    flags: number,
    bytes: Uint8Array = noBytes,
    comment?: string,
  ): Captured {
    const to = from === "client" ? "server" : "client";
    const seq = this.#next[from];
    const ack = (flags & flag.ack) === 0 ? 0 : this.#next[to];
    if (ack !== 0) this.#acknowledged[to] = ack;
    this.#next[from] = seq + bytes.length + ((flags & (flag.syn | flag.fin)) === 0 ? 0 : 1);
    this.#packets += 1;
    const way = from === "client" ? "sent" : "received";
    const datagram = ipv4(
      this.#ends[from],
      this.#ends[to],
      this.#packets,
      tcpHeader(this.#ends[from], this.#ends[to], { seq, ack, flags }),
      bytes,
    );
    return { on: this.#interface, at, bytes: datagram, comment, way };
  }
}

const noBytes: Uint8Array = new Uint8Array(0);

/** RFC 9293 3.1, without its checksum */
function tcpHeader(
  from: Endpoint,
  to: Endpoint,
  { seq, ack, flags }: { seq: number; ack: number; flags: number },
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt32BE(seq >>> 0, 4);
  header.writeUInt32BE(ack >>> 0, 8);
  header.writeUInt8(5 << 4, 12);
  header.writeUInt8(flags, 13);
  header.writeUInt16BE(window, 14);
  return header;
}

/** An IPv4 datagram with a TCP segment; both checksums are right. RFC 791 3.1 */
function ipv4(from: Endpoint, to: Endpoint, id: number, tcp: Buffer, bytes: Uint8Array): Buffer {
  const segmentLength = tcp.length + bytes.length;
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + segmentLength, 2);
  header.writeUInt16BE(id & 0xffff, 4);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(6, 9);
  header.set(from.address, 12);
  header.set(to.address, 16);
  header.writeUInt16BE(checksum([header]), 10);
  const pseudo = Buffer.from([...from.address, ...to.address, 0, 6, segmentLength >> 8, segmentLength & 255]);
  tcp.writeUInt16BE(checksum([pseudo, tcp, bytes]), 16);
  return Buffer.concat([header, tcp, bytes]);
}

/** The checksum of the internet. All parts but the last one have an even length. RFC 1071 */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
