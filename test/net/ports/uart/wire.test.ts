import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Receiver } from "../../../../net/ports/uart/receiver.js";
import { areSpeedsCompatible, garble, Wire } from "../../../../net/ports/uart/wire.js";

const speeds = [2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600] as const;
const anySpeed = fc.oneof(fc.constantFrom(...speeds), fc.integer({ min: 50, max: 4_000_000 }));
const anyBytes = fc.uint8Array({ maxLength: 64 });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The bytes that are received, by definition: the level of the line as a function of time, sampled. */
function garbleBySampling(bytes: Uint8Array, from: number, to: number): number[] {
  const bits = [...bytes].flatMap((byte) => [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1), 1]);
  // In units of 1/(2 · from · to) s; an edge belongs to the bit after it.
  const level = (at: number): number => bits[Math.floor(at / (2 * to))] ?? 1;
  const received: number[] = [];
  let high = true;
  for (let index = 0; index < bits.length; index += 1) {
    if (bits[index] === 1) high = true;
    if (bits[index] === 1 || !high) continue;
    const edge = index * 2 * to;
    const samples = Array.from({ length: 10 }, (_, bit) => level(edge + (2 * bit + 1) * from));
    const glitch = samples[0] === 1;
    if (!glitch) received.push(samples.slice(1, 9).reduce((byte, bit, at) => byte | (bit << at), 0));
    high = glitch || samples[9] === 1;
    const end = edge + (glitch ? from : 19 * from);
    while (index + 1 < bits.length && (index + 1) * 2 * to <= end) index += 1;
    if (bits[index] === 1) high = true;
  }
  return received;
}

describe("a receiver at another speed", () => {
  test("within 4 % receives what was sent", () => {
    fc.assert(
      fc.property(anyBytes, anySpeed, fc.integer({ min: -39, max: 39 }), (bytes, from, permille) => {
        const to = Math.round(from * (1 + permille / 1000));
        fc.pre(areSpeedsCompatible(from, to));
        expect(hex(garble(bytes, from, to))).toBe(hex(bytes));
        const receiver = new Receiver(from, to); // the receiver itself agrees, without the tolerance
        for (const byte of bytes) receiver.byte(byte);
        receiver.finish();
        expect(hex(Uint8Array.from(receiver.take()))).toBe(hex(bytes));
      }),
    );
  });

  test("receives what sampling the line gives", () => {
    fc.assert(
      fc.property(anyBytes, anySpeed, anySpeed, (bytes, from, to) => {
        fc.pre(!areSpeedsCompatible(from, to));
        expect([...garble(bytes, from, to)]).toEqual(garbleBySampling(bytes, from, to));
      }),
      { numRuns: 1000 },
    );
  });

  test("receives few bytes at a much lower speed, and many at a much higher one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.integer({ min: 4, max: 96 }), (bytes, times) => {
        const slow = garble(bytes, 9600 * times, 9600).length;
        expect(slow).toBeLessThanOrEqual(Math.ceil((bytes.length * 10) / (9.5 * times)) + 1);
        const fast = garble(bytes, 9600, 9600 * times).length;
        expect(fast).toBeGreaterThanOrEqual(bytes.length); // each start bit is an edge
        expect(fast).toBeLessThanOrEqual(5 * bytes.length);
      }),
    );
  });

  test.each([
    ["AT\r at 9600 on a line at 19200", "AT\r", 9600, 19_200, "060666e680"],
    ["AT\r at 19200 on a line at 9600", "AT\r", 19_200, 9600, "f6fe"],
    ["AT\r at 115200 on a line at 9600", "AT\r", 115_200, 9600, "fe"],
  ])("%s", (_, sent, from, to, received) => {
    expect(hex(garble(Buffer.from(sent), from, to))).toBe(received);
  });
});

describe("a wire", () => {
  const wireAt = (to?: number): Wire => {
    const wire = new Wire(() => {});
    if (to !== undefined) wire.setReceiverSpeed(to, 0);
    return wire;
  };

  test("delivers the same bytes for any bursts and any times of reading", () => {
    const pieces = fc.array(fc.tuple(anyBytes, fc.nat(20)), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, anySpeed, anySpeed, fc.boolean(), (given, from, to, often) => {
        const [one, other] = [wireAt(to), wireAt(to)];
        const received: number[] = [];
        let now = 0;
        for (const [bytes, gap] of given) {
          now = Math.max(now, one.end) + gap;
          one.send(bytes, from, now);
          if (often)
            for (let at = one.wakeAt; at !== undefined && at <= one.end; at = one.wakeAt)
              received.push(...one.take(at));
          other.send(bytes, from, now);
        }
        expect([...received, ...one.take(now + 1e9)]).toEqual([...other.take(now + 1e9)]);
        expect([one.wakeAt, other.wakeAt]).toEqual([undefined, undefined]);
      }),
    );
  });

  test("has alarms that grow later, and a last one", () => {
    fc.assert(
      fc.property(anyBytes, anySpeed, anySpeed, (bytes, from, to) => {
        const wire = wireAt(to);
        wire.send(bytes, from, 0);
        const received: number[] = [];
        let alarms = 0;
        for (let at = wire.wakeAt, last = -1; at !== undefined; last = at, at = wire.wakeAt) {
          expect(at).toBeGreaterThan(last);
          received.push(...wire.take(at));
          alarms += 1;
        }
        expect(alarms).toBeLessThanOrEqual(bytes.length + 1);
        expect(received).toEqual([...garble(bytes, from, to)]);
      }),
    );
  });

  test("takes 64 KiB, and more only when something has arrived", () => {
    const wire = wireAt();
    expect(wire.send(new Uint8Array(70_000), 9600, 0)).toBe(65_536);
    expect(wire.send(Uint8Array.of(1), 9600, 0)).toBe(0);
    expect(wire.take(1e9).length).toBe(65_536);
    expect(wire.send(Uint8Array.of(1), 9600, 1e9)).toBe(1);
  });

  test("keeps only the last speeds of a receiver that changes it again and again", () => {
    const wire = wireAt(9600);
    wire.send(Buffer.from("AT"), 9600, 0);
    for (let round = 1; round <= 200_000; round += 1)
      wire.setReceiverSpeed(round % 2 === 0 ? 9600 : 19_200, round / 1e6);
    expect(Buffer.from(wire.take(1e9)).toString()).toBe("AT");
  });
});
