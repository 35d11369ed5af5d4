import type { Duplex } from "node:stream";
import { writeToStream } from "mqtt-packet";

/** What we know of a packet that the persistence is asked about. */
interface StoredPacket {
  readonly cmd: string;
  readonly messageId: number;
  brokerId?: unknown;
}

/** The calls of aedes's persistence that are mended. */
interface Persistence {
  outgoingUpdate(client: object, packet: StoredPacket): Promise<unknown>;
  incomingGetPacket(client: object, packet: StoredPacket): Promise<unknown>;
  incomingDelPacket(client: object, packet: StoredPacket): Promise<unknown>;
}

/** What aedes has and its types do not tell. */
export interface FixableBroker {
  readonly persistence: Persistence;
}

/** mqtt-packet, which aedes writes with, else makes 65 536 buffers at its first packet, which takes a tenth of a second. */
export function fixNumberCache(): void {
  writeToStream.cacheNumbers = false;
}

/**
 * Two faults of aedes 1.2 with QoS 2, seen in long runs. A PUBREL is stored without a broker id, which then matches any
 * other one in flight, so that a delivered PUBLISH stays and comes again. And of a PUBLISH and its DUP in one segment
 * both are published, because the first is not stored yet when the second is looked up. [MQTT-4.3.3-2]
 */
export function fixQos2(persistence: Persistence): void {
  const original = {
    update: persistence.outgoingUpdate.bind(persistence),
    get: persistence.incomingGetPacket.bind(persistence),
    remove: persistence.incomingDelPacket.bind(persistence),
  };
  const arriving = new WeakMap<object, Set<number>>();
  const idsOf = (client: object): Set<number> => {
    const ids = arriving.get(client) ?? new Set();
    arriving.set(client, ids);
    return ids;
  };
  persistence.outgoingUpdate = (client, packet) => {
    packet.brokerId ??= Number.NaN; // equal to nothing
    return original.update(client, packet);
  };
  persistence.incomingGetPacket = (client, packet) => {
    if (packet.cmd !== "publish") return original.get(client, packet);
    const ids = idsOf(client);
    if (ids.has(packet.messageId)) return Promise.resolve(packet);
    ids.add(packet.messageId);
    return original.get(client, packet);
  };
  persistence.incomingDelPacket = (client, packet) => {
    idsOf(client).delete(packet.messageId);
    return original.remove(client, packet);
  };
}

/** What a packet may have of length, in bytes: aedes itself would wait for the end of 256 MB. */
const maxPacketBytes = 16 * 1024 * 1024;

const dupBit = 0x08;
/** PUBREL, SUBSCRIBE and UNSUBSCRIBE: what an MQTT 3.1 client resends with DUP. */
const resent = [6, 8, 10];
const connect = 1;
/** `MQIsdp` is six letters, `MQTT` four. */
const name31 = 6;

/**
 * aedes refuses the DUP that MQTT 3.1 sets in a resent PUBREL, SUBSCRIBE or UNSUBSCRIBE (section 2.1 there): on a
 * connection that speaks 3.1 it is cleared in what aedes reads. One that announces a packet beyond all measure is broken off.
 */
export function fixDupStream(stream: Duplex): Duplex {
  const filter = new DupFilter();
  const read = stream.read.bind(stream);
  stream.read = (size?: number): unknown => {
    const bytes: unknown = read(size);
    if (bytes instanceof Uint8Array) filter.clear(bytes);
    if (!filter.isBeyondMeasure) return bytes;
    stream.destroy(new Error(`a packet of more than ${maxPacketBytes} bytes`));
    return null;
  };
  return stream;
}

/** Follows the packets of a connection, wherever its stream is cut. */
class DupFilter {
  #speaks31 = false;
  #type = 0;
  /** Bytes of the packet that are still to come; undefined while its length is read. */
  #left: number | undefined = 0;
  #length = 0;
  #scale = 1;
  #read = 0;

  /** Whether a packet has been announced that is too long. */
  get isBeyondMeasure(): boolean {
    return this.#length > maxPacketBytes;
  }

  clear(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const byte = bytes[at] ?? 0;
      if (this.#left === undefined) this.#readLength(byte);
      else if (this.#left === 0) bytes[at] = this.#begin(byte);
      else {
        at += this.#skip(bytes, at, this.#left);
        continue;
      }
      at += 1;
    }
  }

  #begin(byte: number): number {
    this.#type = byte >> 4;
    this.#left = undefined;
    this.#length = 0;
    this.#scale = 1;
    this.#read = 0;
    return this.#speaks31 && resent.includes(this.#type) ? byte & ~dupBit : byte;
  }

  #readLength(byte: number): void {
    this.#length += (byte & 127) * this.#scale;
    this.#scale *= 128;
    if (byte < 128) this.#left = this.#length;
  }

  /** Only the second byte of a CONNECT matters: how long the protocol's name is. */
  #skip(bytes: Uint8Array, at: number, left: number): number {
    const count = Math.min(left, bytes.length - at);
    if (this.#type === connect && this.#read <= 1 && this.#read + count > 1) {
      this.#speaks31 = bytes[at + 1 - this.#read] === name31;
    }
    this.#read += count;
    this.#left = left - count;
    return count;
  }
}
