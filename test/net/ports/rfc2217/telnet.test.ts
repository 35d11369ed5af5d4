import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NulStripper, type TelnetEvent, TelnetReader, TelnetWriter } from "../../../../net/ports/rfc2217/telnet.js";
import { type OptionMessage, TelnetOptions } from "../../../../net/ports/rfc2217/telnet-options.js";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const read = (...chunks: readonly Uint8Array[]): readonly TelnetEvent[] => {
  const reader = new TelnetReader();
  return chunks.flatMap((chunk) => reader.read(chunk));
};
const dataIn = (events: readonly TelnetEvent[]): Buffer =>
  Buffer.concat(events.flatMap((event) => (event.kind === "data" ? [event.bytes] : [])));
const others = (events: readonly TelnetEvent[]): readonly TelnetEvent[] => events.filter(({ kind }) => kind !== "data");

const data = (text: string): TelnetEvent => ({ kind: "data", bytes: bytesOf(text) });
const sub = (text: string): TelnetEvent => ({ kind: "subnegotiation", bytes: bytesOf(text) });

/** The subject, the stream, and its events. */
const streams: readonly (readonly [what: string, hex: string, events: readonly TelnetEvent[]])[] = [
  ["data", "41 54 0d", [data("41540d")]],
  ["a doubled 255 is one", "41 ffff 42", [data("41ff42")]],
  [
    "data around an option command",
    "41 fffb2c 42",
    [data("41"), { kind: "option", verb: "will", option: 44 }, data("42")],
  ],
  ["an option of 255", "fffeff 41", [{ kind: "option", verb: "dont", option: 255 }, data("41")]],
  ["a command of its own", "fff3 41", [{ kind: "command", code: 243 }, data("41")]],
  ["a subnegotiation, 255 doubled in it", "fffa 2c01 00ffff00 fff0 41", [sub("2c0100ff00"), data("41")]],
  ["an empty subnegotiation", "fffafff0", [sub("")]],
  [
    "a subnegotiation aborted by a command",
    "fffa2c01 fffd00 41",
    [{ kind: "option", verb: "do", option: 0 }, data("41")],
  ],
  ["a subnegotiation started again", "fffa2c01 fffa2c0c01 fff0", [sub("2c0c01")]],
  ["one of 256 bytes", `fffa ${"2c".repeat(256)} fff0`, [sub("2c".repeat(256))]],
  ["one that is too long is ignored", `fffa ${"2c".repeat(257)} fff0 41`, [data("41")]],
  ["an end without a beginning", "fff0 41", [{ kind: "command", code: 240 }, data("41")]],
];

describe("a Telnet stream is parsed", () => {
  test.each(streams)("%s", (_, hex, events) => {
    expect(read(bytesOf(hex))).toEqual(events);
    const oneByOne = read(...[...bytesOf(hex)].map((byte) => Uint8Array.of(byte)));
    expect(dataIn(oneByOne)).toEqual(dataIn(events));
    expect(others(oneByOne)).toEqual(others(events));
  });
});

/** Bytes, many of them with a meaning. */
const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 10, 13, 44, 240, 250, 251, 253, 255));
const octets = fc.array(octet, { maxLength: 400 }).map((bytes) => Uint8Array.from(bytes));
const cuts = (bytes: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const places = [...new Set([0, ...at.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, index) => bytes.slice(places[index], place));
};

test("any bytes are a stream, with the same events for any chunks", () => {
  fc.assert(
    fc.property(octets, fc.array(fc.nat(), { maxLength: 20 }), (bytes, at) => {
      const whole = read(bytes);
      const pieces = read(...cuts(bytes, at));
      expect(dataIn(pieces)).toEqual(dataIn(whole));
      expect(others(pieces)).toEqual(others(whole));
    }),
  );
});

/** What may come between data. */
const commands = fc.constantFrom("fff1", "fffb18", "fffd01", "fffa2c0100002580fff0", "fffa18fffffff0", "fff6");

test.each([true, false])("data pass in order, with any commands in between; binary: %s", (binary) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(octets, commands), { maxLength: 8 }), (pieces) => {
      const writer = new TelnetWriter();
      const stream = pieces.flatMap(([bytes, between]) => {
        const [text, taken] = writer.write(bytes, { binary, room: Number.POSITIVE_INFINITY });
        expect(taken).toBe(bytes.length);
        return [text, bytesOf(between)];
      });
      const nulStripper = new NulStripper();
      const received = dataIn(read(...stream));
      const sent = Buffer.concat(pieces.map(([bytes]) => bytes));
      expect(Buffer.from(binary ? received : nulStripper.strip(received))).toEqual(sent);
    }),
  );
});

test("a writer takes no more than fits, and splits no pair", () => {
  const writer = new TelnetWriter();
  const [text, taken] = writer.write(Uint8Array.of(1, 255, 2), { binary: true, room: 2 });
  expect([[...text], taken]).toEqual([[1], 1]);
});

describe("options are negotiated", () => {
  test("supported and unsupported ones, and nothing is answered twice", () => {
    const options = new TelnetOptions();
    expect(options.receive({ verb: "will", option: 44 })).toEqual({ verb: "do", option: 44 });
    expect(options.receive({ verb: "will", option: 44 })).toBeUndefined();
    expect(options.has("them", 44)).toBe(true);
    expect(options.receive({ verb: "do", option: 1 })).toEqual({ verb: "wont", option: 1 });
    expect(options.receive({ verb: "will", option: 24 })).toEqual({ verb: "dont", option: 24 });
    expect(options.receive({ verb: "dont", option: 1 })).toBeUndefined();
    expect(options.receive({ verb: "wont", option: 44 })).toEqual({ verb: "dont", option: 44 });
    expect(options.has("them", 44)).toBe(false);
  });

  test("an answer to an offer needs no answer", () => {
    const options = new TelnetOptions();
    const offered = options.requestAll();
    expect(offered).toContainEqual({ verb: "will", option: 0 });
    expect(options.requestAll()).toEqual([]);
    expect(options.receive({ verb: "do", option: 0 })).toBeUndefined();
    expect(options.receive({ verb: "wont", option: 0 })).toBeUndefined();
    expect([options.has("us", 0), options.has("them", 0)]).toEqual([true, false]);
  });

  test("two sides that negotiate with each other come to an end", () => {
    const sides = [new TelnetOptions(), new TelnetOptions()] as const;
    const waiting: readonly [OptionMessage[], OptionMessage[]] = [
      [...sides[1].requestAll()],
      [...sides[0].requestAll()],
    ];
    for (let round = 0; waiting.some((messages) => messages.length > 0); round += 1) {
      expect(round).toBeLessThan(10);
      for (const side of [0, 1] as const) {
        const answers = waiting[side].splice(0).flatMap((message) => sides[side].receive(message) ?? []);
        waiting[side === 0 ? 1 : 0].push(...answers);
      }
    }
    for (const side of sides) expect([side.has("us", 0), side.has("them", 0)]).toEqual([true, true]);
  });
});
