import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../mqtt/encode.js";
import type { ClientPacket, Connect, Level, ServerPacket } from "../../mqtt/packet.js";
import { PacketReader, type Reading } from "../../mqtt/packet-reader.js";
import { decodedByMqttPacket, encodedByMqttPacket } from "./by-mqtt-packet.js";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const text = (s: string) => Buffer.from(s);

const connect: Connect = { type: "CONNECT", level: 4, clientId: "a", cleanSession: true, keepAlive: 120 };
const full: Connect = {
  ...connect,
  level: 3,
  cleanSession: false,
  will: { topic: "w", message: text("bye"), qos: 1, retain: true },
  user: "u",
  password: text("\0p"),
};
const publish = { type: "PUBLISH", id: 7, qos: 1, retain: false, dup: false, topic: "t", payload: text("hi") } as const;
const subscribe = { type: "SUBSCRIBE", id: 10, dup: false, topics: [{ topic: "a/#", qos: 2 }] } as const;
const unsubscribe = { type: "UNSUBSCRIBE", id: 11, dup: false, topics: ["a", "b"] } as const;

const sent: readonly (readonly [string, ClientPacket, Level, string])[] = [
  ["CONNECT 3.1.1", connect, 4, "10 0d 00 04 4d515454 04 02 0078 0001 61"],
  ["CONNECT 3.1", { ...connect, level: 3 }, 3, "10 0f 00 06 4d5149736470 03 02 0078 0001 61"],
  [
    "CONNECT with everything",
    full,
    3,
    "10 1e 00 06 4d5149736470 03 ec 0078 0001 61 0001 77 0003 627965 0001 75 0002 0070",
  ],
  ["CONNECT with an empty user", { ...connect, user: "" }, 4, "10 0f 0004 4d515454 04 82 0078 0001 61 0000"],
  [
    "CONNECT with an empty will",
    { ...connect, will: { topic: "w", message: text(""), qos: 0, retain: false } },
    4,
    "10 12 0004 4d515454 04 06 0078 0001 61 0001 77 0000",
  ],
  ["PUBLISH QoS 0", { ...publish, id: 0, qos: 0 }, 4, "30 05 0001 74 6869"],
  ["PUBLISH QoS 1", publish, 4, "32 07 0001 74 0007 6869"],
  ["PUBLISH QoS 2, DUP, retain", { ...publish, qos: 2, dup: true, retain: true }, 4, "3d 07 0001 74 0007 6869"],
  ["PUBLISH with nothing in it", { ...publish, qos: 0, retain: true, payload: text("") }, 4, "31 03 0001 74"],
  ["PUBLISH to a topic of two-byte letters", { ...publish, topic: "é" }, 4, "32 08 0002 c3a9 0007 6869"],
  ["PUBACK", { type: "PUBACK", id: 65535 }, 4, "40 02 ffff"],
  ["PUBREC", { type: "PUBREC", id: 1 }, 4, "50 02 0001"],
  ["PUBREL", { type: "PUBREL", id: 256, dup: false }, 4, "62 02 0100"],
  ["PUBREL again, 3.1", { type: "PUBREL", id: 256, dup: true }, 3, "6a 02 0100"],
  ["PUBCOMP", { type: "PUBCOMP", id: 1 }, 4, "70 02 0001"],
  ["SUBSCRIBE", subscribe, 4, "82 08 000a 0003 612f23 02"],
  ["SUBSCRIBE again, 3.1", { ...subscribe, dup: true }, 3, "8a 08 000a 0003 612f23 02"],
  ["UNSUBSCRIBE", unsubscribe, 4, "a2 08 000b 0001 61 0001 62"],
  ["UNSUBSCRIBE again, 3.1", { ...unsubscribe, dup: true }, 3, "aa 08 000b 0001 61 0001 62"],
  ["PINGREQ", { type: "PINGREQ" }, 4, "c0 00"],
  ["DISCONNECT", { type: "DISCONNECT" }, 4, "e0 00"],
];

describe("encode", () => {
  test.each(sent)("%s", (_name, packet, level, hex) => {
    expect(Buffer.from(encode(packet)).toString("hex")).toBe(hex.replaceAll(" ", ""));
    expect(encodedByMqttPacket(packet, level).toString("hex")).toBe(hex.replaceAll(" ", ""));
  });

  test("a payload over 127 bytes takes two bytes of length", () => {
    const long = encode({ ...publish, qos: 0, payload: new Uint8Array(200) });
    expect([...long.subarray(0, 5)]).toEqual([0x30, 0xcb, 0x01, 0x00, 0x01]);
    expect(long.length).toBe(206);
  });
});

const came = { ...publish, id: 0, qos: 0, payload: text("") } as const;

const received: readonly (readonly [string, string, Level, ServerPacket])[] = [
  ["CONNACK", "20 02 00 00", 4, { type: "CONNACK", sessionPresent: false, returnCode: 0 }],
  ["CONNACK with session present", "20 02 01 00", 4, { type: "CONNACK", sessionPresent: true, returnCode: 0 }],
  ["CONNACK refused", "20 02 00 05", 4, { type: "CONNACK", sessionPresent: false, returnCode: 5 }],
  ["CONNACK with a reserved byte, 3.1", "20 02 ff 02", 3, { type: "CONNACK", sessionPresent: false, returnCode: 2 }],
  ["CONNACK with flags, 3.1", "2f 02 00 00", 3, { type: "CONNACK", sessionPresent: false, returnCode: 0 }],
  ["PUBLISH QoS 0", "30 03 0001 74", 4, came],
  ["PUBLISH QoS 0 with DUP, 3.1", "38 03 0001 74", 3, { ...came, dup: true }],
  ["PUBLISH QoS 1", "32 07 0001 74 0007 6869", 4, publish],
  ["PUBLISH QoS 2, DUP, retain", "3d 07 0001 74 0007 6869", 4, { ...publish, qos: 2, dup: true, retain: true }],
  ["PUBLISH with a byte-order mark", "30 06 0004 efbbbf 61", 4, { ...came, topic: "\uFEFFa" }],
  ["PUBLISH with a true U+FFFD", "30 05 0003 efbfbd", 4, { ...came, topic: "\uFFFD" }],
  ["PUBLISH with a length of more bytes than needed", "30 83 80 00 0001 74", 4, came],
  ["PUBACK", "40 02 ffff", 4, { type: "PUBACK", id: 65535 }],
  ["PUBACK with flags, 3.1", "4b 02 0001", 3, { type: "PUBACK", id: 1 }],
  ["PUBREC", "50 02 0001", 4, { type: "PUBREC", id: 1 }],
  ["PUBREL", "62 02 0001", 4, { type: "PUBREL", id: 1, dup: false }],
  ["PUBREL with DUP, 3.1", "6a 02 0001", 3, { type: "PUBREL", id: 1, dup: false }],
  ["PUBREL without flags, 3.1", "60 02 0001", 3, { type: "PUBREL", id: 1, dup: false }],
  ["PUBCOMP", "70 02 0001", 4, { type: "PUBCOMP", id: 1 }],
  ["SUBACK", "90 06 000a 00 01 02 80", 4, { type: "SUBACK", id: 10, granted: [0, 1, 2, 128] }],
  ["UNSUBACK", "b0 02 000b", 4, { type: "UNSUBACK", id: 11 }],
  ["PINGRESP", "d0 00", 4, { type: "PINGRESP" }],
];

function read(chunks: readonly Uint8Array[], level: Level, maxInbound = 65_536): readonly Reading[] {
  const reader = new PacketReader({ maxInbound });
  return chunks.flatMap((chunk) => readingsOf(reader, chunk, level));
}

/** All that a reader makes of a chunk. */
function readingsOf(reader: PacketReader, chunk: Uint8Array, level: Level): readonly Reading[] {
  const readings: Reading[] = [];
  reader.feed(chunk);
  for (let reading = reader.next(level); reading !== undefined; reading = reader.next(level)) readings.push(reading);
  return readings;
}

/** The bytes cut into pieces of so many. */
function cut(whole: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
}

describe("PacketReader", () => {
  test.each(received)("%s", (_name, hex, level, packet) => {
    const twice = bytes(hex + hex);
    for (let size = 1; size <= twice.length; size++) {
      expect(read(cut(twice, size), level)).toEqual([
        { kind: "packet", packet },
        { kind: "packet", packet },
      ]);
    }
  });

  test("a payload stays when the bytes that it came in are used again", () => {
    const reader = new PacketReader({ maxInbound: 100 });
    const chunk = bytes("30 04 0001 74 2a");
    const [reading] = readingsOf(reader, chunk, 4);
    chunk.fill(0);
    expect(reading).toEqual({ kind: "packet", packet: { ...came, payload: Buffer.of(42) } });
  });

  test("a packet of just maxInbound bytes is taken, in pieces too", () => {
    const whole = new Uint8Array([...bytes("30 c9 01 0001 74"), ...new Uint8Array(198).fill(7)]);
    for (const size of [whole.length, 100, 1]) {
      expect(read(cut(whole, size), 4, 204)).toMatchObject([{ kind: "packet", packet: { type: "PUBLISH" } }]);
      expect(read(cut(whole, size), 4, 203)).toMatchObject([{ kind: "violation" }]);
    }
  });

  test("a packet too long is found from its header alone", () => {
    expect(read([bytes("30 ff ff ff 7f")], 4)).toMatchObject([{ kind: "violation" }]);
    expect(read([bytes("30 ff ff ff")], 4)).toEqual([]);
  });

  test("a million single bytes are read in linear time", () => {
    const packet = new Uint8Array([...bytes("30 c0 84 3d 0001 74"), ...new Uint8Array(1_000_000 - 3).fill(1)]);
    const reader = new PacketReader({ maxInbound: 2_000_000 });
    const packets = cut(packet, 1).flatMap((byte) => readingsOf(reader, byte, 4));
    expect(packets).toMatchObject([{ kind: "packet", packet: { topic: "t" } }]);
  });
});

const both: readonly Level[] = [3, 4];
const violations: readonly (readonly [string, string, readonly Level[]])[] = [
  ["a remaining length of five bytes", "30 80 80 80 80 01", both],
  ["a remaining length of four bytes that go on", "30 ff ff ff ff", both],
  ["a remaining length of five bytes that is small", "30 83 80 80 80 00 0001 74", both],
  ["type 0", "00 00", both],
  ["CONNECT", "10 02 0000", both],
  ["SUBSCRIBE", "82 06 0001 0001 61 00", both],
  ["UNSUBSCRIBE", "a2 05 0001 0001 61", both],
  ["PINGREQ", "c0 00", both],
  ["DISCONNECT", "e0 00", both],
  ["type 15", "f0 00", both],
  ["CONNACK with flags", "21 02 0000", [4]],
  ["PUBACK with flags", "41 02 0001", [4]],
  ["PUBREC with flags", "52 02 0001", [4]],
  ["PUBREL with DUP", "6a 02 0001", [4]],
  ["PUBREL without flags", "60 02 0001", [4]],
  ["PUBCOMP with flags", "78 02 0001", [4]],
  ["SUBACK with flags", "92 03 0001 00", [4]],
  ["UNSUBACK with flags", "b2 02 0001", [4]],
  ["PINGRESP with flags", "d1 00", [4]],
  ["CONNACK of no byte", "20 00", both],
  ["CONNACK of one byte", "20 01 00", both],
  ["CONNACK of three bytes", "20 03 00 00 00", both],
  ["CONNACK with code 6", "20 02 00 06", both],
  ["CONNACK with code 255", "20 02 00 ff", both],
  ["CONNACK with reserved bits", "20 02 02 00", [4]],
  ["CONNACK with session present and a refusal", "20 02 01 05", [4]],
  ["PUBACK of no byte", "40 00", both],
  ["PUBACK of three bytes", "40 03 0001 00", both],
  ["PUBREC of one byte", "50 01 00", both],
  ["PUBREL of three bytes", "62 03 0001 00", both],
  ["PUBCOMP of four bytes", "70 04 0001 0001", both],
  ["UNSUBACK of three bytes", "b0 03 0001 00", both],
  ["PUBACK with id 0", "40 02 0000", both],
  ["PUBREC with id 0", "50 02 0000", both],
  ["PUBREL with id 0", "62 02 0000", both],
  ["PUBCOMP with id 0", "70 02 0000", both],
  ["UNSUBACK with id 0", "b0 02 0000", both],
  ["SUBACK with id 0", "90 03 0000 00", both],
  ["SUBACK of no byte", "90 00", both],
  ["SUBACK of one byte", "90 01 00", both],
  ["SUBACK without codes", "90 02 0001", both],
  ["SUBACK with code 3", "90 03 0001 03", both],
  ["SUBACK with code 127 behind a good one", "90 04 0001 00 7f", both],
  ["PINGRESP with a payload", "d0 01 00", both],
  ["PUBLISH of no byte", "30 00", both],
  ["PUBLISH of one byte", "30 01 00", both],
  ["PUBLISH with a topic longer than the packet", "30 03 0002 61", both],
  ["PUBLISH with QoS 3", "36 05 0001 61 0001", both],
  ["PUBLISH with DUP and QoS 0", "38 03 0001 61", [4]],
  ["PUBLISH QoS 1 without an id", "32 03 0001 61", both],
  ["PUBLISH QoS 1 with half an id", "32 04 0001 61 00", both],
  ["PUBLISH QoS 2 with id 0", "34 05 0001 61 0000", both],
  ["PUBLISH to an empty topic", "30 02 0000", both],
  ["PUBLISH to #", "30 04 0002 2f23", both],
  ["PUBLISH to +", "30 03 0001 2b", both],
  ["PUBLISH with U+0000", "30 04 0002 6100", both],
  ["PUBLISH with a lone 0xff", "30 03 0001 ff", both],
  ["PUBLISH with a surrogate", "30 05 0003 eda080", both],
  ["PUBLISH with an overlong slash", "30 04 0002 c0af", both],
  ["PUBLISH with a letter cut off whose rest is the payload", "30 05 0002 efbf bd", both],
];

const ping = "d0 00";

describe("what no server may send", () => {
  test.each(violations)("%s", (_name, hex, levels) => {
    for (const level of both) {
      const whole = bytes(ping + hex + ping);
      for (const size of [whole.length, 3, 2, 1]) {
        const [first, second, ...rest] = read(cut(whole, size), level);
        expect(first).toMatchObject({ packet: { type: "PINGRESP" } });
        expect(second?.kind).toBe(levels.includes(level) ? "violation" : "packet");
        // After a violation nothing more comes, ever.
        expect(rest.length).toBe(levels.includes(level) ? 0 : 1);
      }
    }
  });
});

const goodFrame = fc.constantFrom(...received.map(([, hex]) => bytes(hex)));
const badFrame = fc.constantFrom(...violations.map(([, hex]) => bytes(hex)));
const noise = fc.uint8Array({ maxLength: 12 });
const stream = fc.array(
  fc.oneof({ weight: 8, arbitrary: goodFrame }, { weight: 1, arbitrary: badFrame }, { weight: 1, arbitrary: noise }),
  { maxLength: 12 },
);

test("any bytes in any cuts give the same and no exception", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200), { maxLength: 20 }), fc.constantFrom(...both), (frames, cuts, level) => {
      const whole = new Uint8Array(Buffer.concat(frames));
      const places = [0, ...cuts.filter((place) => place < whole.length).sort((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((to, i) => whole.slice(places[i], to));
      const atOnce = read([whole], level, 300);
      expect(read(pieces, level, 300)).toEqual(atOnce);
      expect(read(cut(whole, 1), level, 300)).toEqual(atOnce);
      expect(atOnce.slice(0, -1).every(({ kind }) => kind === "packet")).toBe(true);
    }),
    { numRuns: 500 },
  );
});

// mqtt-packet, which most programs in node use, judges every packet.

const level = fc.constantFrom<Level>(3, 4);
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);
const id = fc.integer({ min: 1, max: 65_535 });
const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const binary = fc.uint8Array({ maxLength: 40 }).map((value) => new Uint8Array(value));
const long = fc.constantFrom(0, 1, 100, 120, 127, 128, 16_000, 16_384).map((length) => new Uint8Array(length).fill(7));
const will = fc.record({ topic: words, message: binary, qos, retain: fc.boolean() });
const withLogin = fc.oneof(
  fc.constant({}),
  fc.record({ user: fc.string({ maxLength: 9 }) }),
  fc.record({ user: words, password: binary }),
);

const connectPacket: fc.Arbitrary<ClientPacket> = fc
  .tuple(level, words, fc.boolean(), fc.nat(65_535), fc.oneof(fc.constant({}), fc.record({ will })), withLogin)
  .map(([version, clientId, cleanSession, keepAlive, last, login]) => ({
    ...{ type: "CONNECT", level: version, clientId, cleanSession, keepAlive },
    ...last,
    ...login,
  }));
const publishPacket: fc.Arbitrary<ClientPacket> = fc
  .record({ qos, id, retain: fc.boolean(), dup: fc.boolean(), topic: words, payload: fc.oneof(binary, long) })
  .map((packet) => ({ type: "PUBLISH", ...packet, id: packet.qos === 0 ? 0 : packet.id }));
const otherPacket: fc.Arbitrary<ClientPacket> = fc.oneof(
  fc.record({ type: fc.constantFrom("PUBACK" as const, "PUBREC", "PUBCOMP", "UNSUBACK"), id }),
  fc.record({ type: fc.constant("PUBREL" as const), id, dup: fc.boolean() }),
  fc.record({
    ...{ type: fc.constant("SUBSCRIBE" as const), id, dup: fc.boolean() },
    topics: fc.array(fc.record({ topic: words, qos }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    ...{ type: fc.constant("UNSUBSCRIBE" as const), id, dup: fc.boolean() },
    topics: fc.array(words, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ type: fc.constantFrom("PINGREQ" as const, "DISCONNECT") }),
);

test("every packet has the bytes that mqtt-packet gives it", () => {
  fc.assert(
    fc.property(fc.oneof(connectPacket, publishPacket, otherPacket), level, (packet, version) => {
      expect(Buffer.from(encode(packet)).equals(encodedByMqttPacket(packet, version))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

/** A packet of any type and flags, whose contents are good, damaged, or anything. */
const topicBytes = fc.oneof(
  words.map((topic) => Buffer.from(topic)),
  fc.constantFrom("", "a/#", "+", "a\0b", "\uFFFD", "\uFEFFa").map((topic) => Buffer.from(topic)),
  fc.constantFrom("ff", "eda080", "c0af", "efbf", "61ff62").map((hex) => Buffer.from(hex, "hex")),
);
const publishBody = fc
  .tuple(
    topicBytes,
    fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: -2, max: 3 })),
    fc.uint8Array({ maxLength: 12 }),
  )
  .map(([topic, off, rest]) => Buffer.concat([Buffer.of(0, Math.max(topic.length + off, 0)), topic, rest]));
const contents = fc.oneof(
  publishBody,
  fc.uint8Array({ maxLength: 8 }).map((value) => Buffer.from(value)),
);
const frame = fc
  .tuple(fc.oneof(fc.nat(255), fc.integer({ min: 0x30, max: 0x3f })), contents)
  .map(([first, body]) => Buffer.concat([Buffer.of(first, body.length), body]));
const receivedFrame = fc.constantFrom(...received.map(([, hex]) => Buffer.from(bytes(hex))));
const brokenFrame = fc.constantFrom(
  ...violations.map(([, hex]) => Buffer.from(bytes(hex))).filter((whole) => whole.length === (whole[1] ?? 0) + 2),
);

test("every packet is read as mqtt-packet reads it, or refused for the same reason", () => {
  fc.assert(
    fc.property(fc.oneof(frame, receivedFrame, brokenFrame), level, (whole, version) => {
      const [reading] = read([whole], version);
      const ours = reading?.kind === "packet" ? reading.packet : reading?.why;
      const theirs = decodedByMqttPacket(whole, version);
      // mqtt-packet takes the only byte of such a SUBACK for a code.
      if ((whole[0] ?? 0) >> 4 === 9 && whole[1] === 1)
        expect([typeof ours, typeof theirs]).toEqual(["string", "string"]);
      else expect(ours).toEqual(theirs);
    }),
    { numRuns: 5000 },
  );
});
