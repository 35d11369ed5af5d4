import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBytes, fromText, printable, toBytes, toText } from "../../at/octets.js";

test("bytes to octets and back are the same bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(fromBytes(bytes)).toHaveLength(bytes.length);
      expect(Uint8Array.from(toBytes(fromBytes(bytes)))).toEqual(bytes);
    }),
  );
});

test("a part of a larger buffer gives only its own octets", () => {
  expect(fromBytes(Uint8Array.of(0x61, 0x62, 0x63, 0x64).subarray(1, 3))).toBe("bc");
});

test("text to UTF-8 octets and back is the same text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(Uint8Array.from(toBytes(fromText(text)))).toEqual(new TextEncoder().encode(text));
      expect(toText(fromText(text))).toBe(text);
    }),
  );
});

describe("octets that are not UTF-8 have no text", () => {
  test.each([
    ["a continuation byte alone", "\x80"],
    ["a sequence cut short", "a\xe2\x82"],
    ["an overlong slash", "\xc0\xaf"],
    ["a surrogate", "\xed\xa0\x80"],
    ["more than U+10FFFF", "\xf4\x90\x80\x80"],
    ["latin-1", "temp\xe9rature"],
  ])("%s", (_, octets) => expect(toText(octets)).toBeUndefined());
});

test("a byte-order mark is text like any other [MQTT-1.5.3-3]", () => {
  expect(toText("\xef\xbb\xbfa")).toBe("\ufeffa");
});

test("a log shows octets in printable characters", () => {
  expect(printable('A~ "\x00\r\n\x1a\x7f\xff')).toBe('A~ "<00><0D><0A><1A><7F><FF>');
});
