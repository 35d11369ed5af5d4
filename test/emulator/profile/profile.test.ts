import { expect, test } from "vitest";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { profileWith } from "../../../emulator/profile/profiles.js";
import { defaultQuirks } from "../../../emulator/profile/quirks.js";

/** The Luhn sum: a multiple of ten for a number with its check digit. ISO/IEC 7812-1, annex B */
function luhn(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) : 2 * Number(digit);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}

const { identity } = profileWith({});

test("the IMEI has 15 digits, the last one by Luhn", () => {
  expect(luhn("490154203237518")).toBe(60); // the textbook's
  expect(identity.imei).toMatch(/^\d{15}$/);
  expect(luhn(identity.imei) % 10).toBe(0);
});

test("the IMEISV is the IMEI with the software version in place of the check digit", () => {
  expect(identity.imeisv).toBe(`${identity.imei.slice(0, 14)}${identity.svn}`);
});

test("the numbers belong to no real device: 00101 is the test network", () => {
  expect(identity.imei).toMatch(/^00101/);
});

test("quirks are set by name and written value", () => {
  expect(profileWith({})).toEqual(bc28);
  const { quirks } = profileWith({ echo: "on", answerDelay: "20" });
  expect(quirks).toEqual({ ...defaultQuirks, echo: "on", answerDelay: 20 });
});

test("an unknown quirk or value is an error", () => {
  expect(() => profileWith({ nope: "1" })).toThrow(/unknown quirk "nope"/);
  expect(() => profileWith({ echo: "on", answerDelay: "soon" })).toThrow(/answerDelay cannot be "soon"/);
});
