import { NotationReader } from "./notation-reader.js";

/** The bytes of a remaining length, seven bits in each. MQTT 3.1.1 section 2.2.3 */
function lengthOf(length: number): number[] {
  return length < 128 ? [length] : [(length % 128) | 128, ...lengthOf(Math.floor(length / 128))];
}

const packet = (first: number, ...body: readonly Buffer[]): Buffer => {
  const rest = Buffer.concat(body);
  return Buffer.concat([Buffer.of(first, ...lengthOf(rest.length)), rest]);
};

const word = (value: number): Buffer => Buffer.of(value >> 8, value & 255);

const acknowledge =
  (first: number) =>
  (notation: NotationReader): Buffer => {
    const id = word(notation.number());
    return packet(notation.take("dup") ? first | 8 : first, id);
  };

function connack(notation: NotationReader): Buffer {
  const code = notation.number();
  return packet(0x20, Buffer.of(notation.take("present") ? 1 : 0, code));
}

function publish(notation: NotationReader): Buffer {
  const id = notation.nextIsNumber() ? notation.number() : undefined;
  const qos = notation.take("qos") ? notation.number() : 0;
  const dup = notation.take("dup") ? 8 : 0;
  const retain = notation.take("retain") ? 1 : 0;
  const topic = notation.quoted();
  const identified = id === undefined ? Buffer.of() : word(id);
  return packet(0x30 | dup | (qos << 1) | retain, word(topic.length), topic, identified, notation.quoted());
}

function suback(notation: NotationReader): Buffer {
  const id = word(notation.number());
  const codes: number[] = [];
  while (notation.hasMore) codes.push(notation.number());
  return packet(0x90, id, Buffer.from(codes));
}

const encoders: Readonly<Record<string, (notation: NotationReader) => Buffer>> = {
  CONNACK: connack,
  PUBLISH: publish,
  PUBACK: acknowledge(0x40),
  PUBREC: acknowledge(0x50),
  PUBREL: acknowledge(0x62),
  PUBCOMP: acknowledge(0x70),
  SUBACK: suback,
  UNSUBACK: acknowledge(0xb0),
  PINGRESP: () => packet(0xd0),
};

/** The bytes of a server's packet: `PUBLISH 7 qos 1 "topic" "payload"`. Uses nothing of the code that it tests. */
export function serverPacket(notation: string): Buffer {
  const reader = new NotationReader(notation);
  const encode = encoders[reader.bare()];
  if (encode === undefined) throw new SyntaxError(`no packet of a server: ${notation}`);
  const bytes = encode(reader);
  if (reader.hasMore) throw new SyntaxError(`too many words: ${notation}`);
  return bytes;
}
