import { describe, expect, test } from "vitest";
import { Modem } from "../../emulator/modem.js";
import { bc28 } from "../../emulator/profile/bc28.js";
import { bc35g } from "../../emulator/profile/bc35-g.js";
import type { Profile } from "../../emulator/profile/profile.js";

/** The host types a line at `now`; returns the output to the host when nothing is pending. */
function answer(modem: Modem, line: string, now: number): string {
  const effects = [...modem.tell({ from: "host", bytes: Buffer.from(`${line}\r`) }, now)];
  effects.push(...modem.tell({ from: "clock" }, now + 50));
  return effects.map((effect) => (effect.to === "host" ? Buffer.from(effect.bytes).toString() : "")).join("");
}

function started(profile: Profile): Modem {
  const modem = new Modem({ profile, seed: 1 });
  modem.powerUp(0);
  modem.tell({ from: "clock" }, 3000);
  return modem;
}

test.each([
  ["AT+CIMI", "001010000000001"],
  ["AT+NCCID", "+NCCID:89001010000000000018"],
  ["AT+NCCID?", "+NCCID:89001010000000000018"],
])("%s is error 314 until the SIM is read", (line, read) => {
  const modem = started({ ...bc28, timing: "realistic" });
  expect(answer(modem, "AT+CMEE=1", 3000)).toBe("\r\nOK\r\n");
  expect(answer(modem, line, 3100)).toBe("\r\n+CME ERROR: 314\r\n");
  expect(answer(modem, line, 4600)).toBe(`\r\n${read}\r\n\r\nOK\r\n`);
});

/** Whether the last digit is the check digit of Luhn's formula (23.003, annex B). */
function isLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

describe.each([bc28, bc35g])("$name", (profile) => {
  const modem = started(profile);
  const { identity } = profile;

  test.each([
    ["ATI", `Quectel\r\n${identity.model}\r\nRevision:${identity.firmware}`],
    ["AT+CGMM", identity.modelName],
    ["AT+CGSN", identity.serialNumber],
    ["AT+CGSN=1", `+CGSN:${identity.imei}`],
    ["AT+CIMI", identity.imsi],
    ["AT+NCCID", `+NCCID:${identity.iccid}`],
  ])("%s", (line, information) => {
    expect(answer(modem, line, 3000)).toBe(`\r\n${information}\r\n\r\nOK\r\n`);
  });

  test("the IMEI has 15 digits by Luhn, the IMSI 15, the card 20", () => {
    expect(identity.imei).toMatch(/^\d{15}$/);
    expect(isLuhn(identity.imei)).toBe(true);
    expect(identity.imsi).toMatch(/^\d{15}$/);
    expect(identity.iccid).toMatch(/^\d{20}$/);
  });
});
