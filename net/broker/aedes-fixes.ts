import { type Duplex, Readable } from "node:stream";
import { writeToStream } from "mqtt-packet";

/** The part of a packet in aedes's persistence that is used. */
interface StoredPacket {
  readonly cmd: string;
  readonly messageId?: number;
  brokerId?: unknown;
  dup?: boolean;
}

/** The methods of aedes's persistence that are replaced. */
interface Persistence {
  outgoingUpdate(client: object, packet: StoredPacket): Promise<unknown>;
  incomingGetPacket(client: object, packet: StoredPacket): Promise<unknown>;
  incomingDelPacket(client: object, packet: StoredPacket): Promise<unknown>;
  outgoingStream(client: object): AsyncIterable<StoredPacket>;
}

/** A part of aedes that its types do not declare. */
export interface FixableBroker {
  readonly persistence: Persistence;
}

/** mqtt-packet, which aedes writes with, else makes 65 536 buffers at its first packet, which takes a tenth of a second. */
export function fixNumberCache(): void {
  writeToStream.cacheNumbers = false;
}

/**
 * Fixes two bugs of aedes 1.2 with QoS 2, seen in long runs. [MQTT-4.3.3-2]
 * - A PUBREL is stored without a broker id, and then matches any other one in flight: a PUBLISH that was delivered stays
 *   stored and is sent again.
 * - Of a PUBLISH and its DUP in one TCP segment both are published: the first one is not stored yet when the second one is
 *   looked up.
 */
export function fixQos2(persistence: Persistence): void {
  const original = {
    update: persistence.outgoingUpdate.bind(persistence),
    get: persistence.incomingGetPacket.bind(persistence),
    remove: persistence.incomingDelPacket.bind(persistence),
  };
  const idsInProgress = new WeakMap<object, Set<number>>();
  const idsOf = (client: object): Set<number> => {
    const ids = idsInProgress.get(client) ?? new Set();
    idsInProgress.set(client, ids);
    return ids;
  };
  persistence.outgoingUpdate = (client, packet) => {
    packet.brokerId ??= Number.NaN; // equal to nothing
    return original.update(client, packet);
  };
  persistence.incomingGetPacket = (client, packet) => {
    if (packet.cmd !== "publish") return original.get(client, packet);
    const ids = idsOf(client);
    const { messageId = 0 } = packet;
    if (ids.has(messageId)) return Promise.resolve(packet);
    ids.add(messageId);
    return original.get(client, packet);
  };
  persistence.incomingDelPacket = (client, packet) => {
    idsOf(client).delete(packet.messageId ?? 0);
    return original.remove(client, packet);
  };
}

/** aedes sends what was sent to a client before without DUP when the client comes back. [MQTT-3.3.1-1] */
export function fixRedelivery(persistence: Persistence): void {
  const original = persistence.outgoingStream.bind(persistence);
  persistence.outgoingStream = (client) => Readable.from(withDup(original(client)));
}

/** What was sent has a message identifier; what was queued while the client was away has none. */
async function* withDup(packets: AsyncIterable<StoredPacket>): AsyncGenerator<StoredPacket> {
  for await (const packet of packets) {
    if (packet.cmd === "publish") packet.dup = packet.messageId !== undefined;
    yield packet;
  }
}

/** The longest packet that is accepted, in bytes. aedes accepts all that MQTT allows, 256 MB. */
const maxPacketBytes = 16 * 1024 * 1024;

const dupBit = 0x08;
/** The packet types that an MQTT 3.1 client resends with DUP, beside PUBLISH: PUBREL, SUBSCRIBE, UNSUBSCRIBE. */
const resentTypes = [6, 8, 10];
const connectType = 1;
/** The length of MQTT 3.1's protocol name, `MQIsdp`; that of 3.1.1, `MQTT`, has four letters. */
const name31Length = 6;

/**
 * Changes what aedes reads of a connection; returns the same stream. Clears the DUP flag that MQTT 3.1 (section 2.1) sets
 * in a resent PUBREL, SUBSCRIBE or UNSUBSCRIBE, which aedes refuses. Destroys the stream when a packet is longer than
 * `maxPacketBytes`.
 */
export function fixDupStream(stream: Duplex): Duplex {
  const filter = new DupFilter();
  const read = stream.read.bind(stream);
  stream.read = (size?: number): unknown => {
    const bytes: unknown = read(size);
    if (bytes instanceof Uint8Array) filter.clear(bytes);
    if (!filter.isPacketTooLong) return bytes;
    stream.destroy(new Error(`a packet of more than ${maxPacketBytes} bytes`));
    return null;
  };
  return stream;
}

/** Finds the packets in the stream of a connection, in chunks of any size. */
class DupFilter {
  #isMqtt31 = false;
  #type = 0;
  /** How many bytes of the packet are still to come; undefined while its length is read. */
  #left: number | undefined = 0;
  /** The packet's remaining length. */
  #length = 0;
  /** The weight of the next digit of the length. */
  #scale = 1;
  /** How many bytes of the packet were read behind its length. */
  #read = 0;

  /** Whether the current packet is longer than `maxPacketBytes`. */
  get isPacketTooLong(): boolean {
    return this.#length > maxPacketBytes;
  }

  /** Clears the DUP flags in `bytes`, in place. */
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
    return this.#isMqtt31 && resentTypes.includes(this.#type) ? byte & ~dupBit : byte;
  }

  #readLength(byte: number): void {
    this.#length += (byte & 127) * this.#scale;
    this.#scale *= 128;
    if (byte < 128) this.#left = this.#length;
  }

  /** Skips the rest of a packet. Of a CONNECT it reads the second byte: the length of the protocol name. */
  #skip(bytes: Uint8Array, at: number, left: number): number {
    const count = Math.min(left, bytes.length - at);
    if (this.#type === connectType && this.#read <= 1 && this.#read + count > 1) {
      this.#isMqtt31 = bytes[at + 1 - this.#read] === name31Length;
    }
    this.#read += count;
    this.#left = left - count;
    return count;
  }
}
