import { quote } from "./notation-reader.js";

/** Thrown inside this file where a packet is one that no client may send. */
class Malformed extends Error {}

/** Throws `Malformed` unless the condition holds. */
function demand(condition: boolean): asserts condition {
  if (!condition) throw new Malformed();
}

/** Reads the body of a packet from left to right. */
class Body {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  take(length: number): Buffer {
    demand(this.#at + length <= this.#bytes.length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  byte = (): number => this.take(1).readUInt8();
  word = (): number => this.take(2).readUInt16BE();
  string = (): Buffer => this.take(this.word());
  rest = (): Buffer => this.take(this.#bytes.length - this.#at);

  id(): number {
    const id = this.word();
    demand(id !== 0); // [MQTT-2.3.1-1]
    return id;
  }
}

type Decode = (flags: number, body: Body) => string;

const levels: Readonly<Record<string, number>> = { MQIsdp: 3, MQTT: 4 };

function connect(flags: number, body: Body): string {
  demand(flags === 0);
  const name = body.string().toString();
  const level = body.byte();
  demand(levels[name] === level);
  const bits = body.byte();
  demand((bits & 1) === 0); // [MQTT-3.1.2-3]
  const keepAlive = body.word();
  const tokens = [`CONNECT ${level} ${quote(body.string())}`];
  if (bits & 2) tokens.push("clean");
  tokens.push(`keepalive ${keepAlive}`);
  const qos = (bits >> 3) & 3;
  demand(bits & 4 ? qos < 3 : (bits & 0x38) === 0); // [MQTT-3.1.2-13], [MQTT-3.1.2-15]
  if (bits & 4)
    tokens.push(`will qos ${qos}${bits & 0x20 ? " retain" : ""} ${quote(body.string())} ${quote(body.string())}`);
  demand((bits & 0xc0) !== 0x40); // [MQTT-3.1.2-22]
  if (bits & 0x80) tokens.push(`user ${quote(body.string())}`);
  if (bits & 0x40) tokens.push(`password ${quote(body.string())}`);
  return tokens.join(" ");
}

function publish(flags: number, body: Body): string {
  const qos = (flags >> 1) & 3;
  const dup = (flags & 8) !== 0;
  demand(qos < 3 && !(dup && qos === 0)); // [MQTT-3.3.1-2]
  const topic = body.string();
  demand(topic.length > 0 && !/[+#\0]/.test(topic.toString())); // [MQTT-3.3.2-2]
  const id = qos === 0 ? "" : `${body.id()} `;
  return `PUBLISH ${id}qos ${qos}${dup ? " dup" : ""}${flags & 1 ? " retain" : ""} ${quote(topic)} ${quote(body.rest())}`;
}

const acknowledge =
  (name: string): Decode =>
  (flags, body) => {
    demand(flags === 0);
    return `${name} ${body.id()}`;
  };

/** The flags 0010, or 1010 in a packet that MQTT 3.1 resends. */
function dupOf(flags: number): string {
  demand(flags === 2 || flags === 10);
  return flags === 10 ? " dup" : "";
}

const release: Decode = (flags, body) => `PUBREL ${body.id()}${dupOf(flags)}`;

const request =
  (name: string, topic: (body: Body) => string): Decode =>
  (flags, body) => {
    const tokens = [`${name} ${body.id()}${dupOf(flags)}`];
    demand(body.hasMore); // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
    while (body.hasMore) tokens.push(topic(body));
    return tokens.join(" ");
  };

function topicAndQos(body: Body): string {
  const topic = quote(body.string());
  const qos = body.byte();
  demand(qos < 3);
  return `${topic} ${qos}`;
}

const bare =
  (name: string): Decode =>
  (flags) => {
    demand(flags === 0);
    return name;
  };

const decoders: ReadonlyMap<number, Decode> = new Map([
  [1, connect],
  [3, publish],
  [4, acknowledge("PUBACK")],
  [5, acknowledge("PUBREC")],
  [6, release],
  [7, acknowledge("PUBCOMP")],
  [8, request("SUBSCRIBE", topicAndQos)],
  [10, request("UNSUBSCRIBE", (body) => quote(body.string()))],
  [12, bare("PINGREQ")],
  [14, bare("DISCONNECT")],
]);

/** Bytes in hexadecimal, as a conversation writes them. */
export const hexOf = (bytes: Buffer): string => `0x${bytes.toString("hex")}`;

/** A whole packet in the notation of conversations; one that no client may send as its bytes. */
function notationOf(bytes: Buffer, header: number): string {
  const body = new Body(bytes.subarray(header));
  try {
    demand(header === 2 || (header <= 5 && bytes[header - 1] !== 0)); // its length has no more bytes than needed
    const [first = 0] = bytes;
    const text = decoders.get(first >> 4)?.(first & 15, body);
    return text === undefined || body.hasMore ? hexOf(bytes) : text;
  } catch (error) {
    if (error instanceof Malformed) return hexOf(bytes);
    throw error;
  }
}

/** The lengths of the first packet's header and of the whole packet; undefined while they are not known. */
function measure(bytes: Buffer): { readonly header: number; readonly length: number } | undefined {
  let body = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    body += (byte & 127) * 128 ** (at - 1);
    if (byte < 128) return { header: at + 1, length: at + 1 + body };
  }
  return { header: bytes.length, length: bytes.length }; // no valid length has a fifth byte
}

/** The whole packets at the start of a client's bytes, and the rest. */
export function clientPackets(bytes: Buffer) {
  const packets: { readonly bytes: Buffer; readonly text: string }[] = [];
  let rest = bytes;
  for (let next = measure(rest); next !== undefined && next.length <= rest.length; next = measure(rest)) {
    const packet = rest.subarray(0, next.length);
    packets.push({ bytes: packet, text: notationOf(packet, next.header) });
    rest = rest.subarray(next.length);
  }
  return { packets, rest };
}
