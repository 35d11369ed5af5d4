import { Words } from "./words.js";

/** Remaining length, seven bits a byte. [MQTT 3.1.1, 2.2.3] */
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
  (words: Words): Buffer => {
    const id = word(words.number());
    return packet(words.has("dup") ? first | 8 : first, id);
  };

function connack(words: Words): Buffer {
  const code = words.number();
  return packet(0x20, Buffer.of(words.has("present") ? 1 : 0, code));
}

function publish(words: Words): Buffer {
  const id = words.nextIsNumber() ? words.number() : undefined;
  const qos = words.has("qos") ? words.number() : 0;
  const dup = words.has("dup") ? 8 : 0;
  const retain = words.has("retain") ? 1 : 0;
  const topic = words.quoted();
  const identified = id === undefined ? Buffer.of() : word(id);
  return packet(0x30 | dup | (qos << 1) | retain, word(topic.length), topic, identified, words.quoted());
}

function suback(words: Words): Buffer {
  const id = word(words.number());
  const codes: number[] = [];
  while (words.more) codes.push(words.number());
  return packet(0x90, id, Buffer.from(codes));
}

const encoders: Readonly<Record<string, (words: Words) => Buffer>> = {
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

/** A server's packet from its notation: `PUBLISH 7 qos 1 "topic" "payload"`. Independent of what it tests. */
export function serverPacket(notation: string): Buffer {
  const words = new Words(notation);
  const encode = encoders[words.bare()];
  if (encode === undefined) throw new SyntaxError(`no packet of a server: ${notation}`);
  const bytes = encode(words);
  if (words.more) throw new SyntaxError(`too many words: ${notation}`);
  return bytes;
}
