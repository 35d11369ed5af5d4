import { isIpv4 } from "../addresses.js";
import { type TimingName, timings } from "../radio/timing.js";
import type { Identity, Surroundings } from "./profile.js";
import type { Quirk } from "./quirk.js";
import { type QuirkName, type Quirks, quirkTable } from "./quirks.js";
import { type Check, listOf, oneOf, type Shape, secret, shown, text, whole } from "./schema.js";

/** Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B). */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (1 + (index % 2));
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

const line = (max: number): Check<string> =>
  text(`1 to ${max} printable ASCII characters`, (it) => it.length <= max && /^[\x20-\x7e]+$/.test(it));

/** The checks of an identity. The ICCID's check digit is not checked, because cards differ in it (field). */
export const identityRules: Shape<Identity> = {
  manufacturer: line(64),
  model: line(64),
  modelName: line(64),
  firmware: line(64),
  revision: listOf(line(128), 16),
  serialNumber: line(64),
  imei: text("15 digits with a right check digit", (it) => /^\d{15}$/.test(it) && isLuhn(it)),
  imeisv: text("16 digits", /^\d{16}$/),
  svn: text("2 digits", /^\d{2}$/),
  imsi: text("15 digits", /^\d{15}$/),
  iccid: text("20 digits", /^\d{20}$/),
  pin: secret("text of 4 to 8 digits, or empty", /^(\d{4,8})?$/),
  puk: secret("text of 8 digits", /^\d{8}$/),
};

/** The `<rssi>` of AT+CSQ. */
const rssi: Check<number> = (json, path) => {
  const known = whole(0, 31)(json, path);
  if (json === 99) return { value: 99 };
  return "problem" in known ? { problem: `${known.problem}, nor 99` } : known;
};

const tenths = whole(-32_768, 32_767); // -32768: not known (field)

/** The checks of the surroundings. */
export const surroundingsRules: Shape<Surroundings> = {
  sim: oneOf("in", "out"),
  coverage: oneOf("on", "off"),
  network: oneOf("home", "roaming", "denied", "searching"),
  rssi,
  operator: text("5 or 6 digits (MCC and MNC)", /^\d{5,6}$/),
  tac: text("1 to 4 hexadecimal digits", /^[\da-f]{1,4}$/i),
  cell: text("1 to 8 hexadecimal digits, at most 0FFFFFFF", /^0?[\da-f]{1,7}$/i), // 28 bits (36.331 6.3.4)
  address: text("an IPv4 address", isIpv4),
  apn: text(
    'at most 100 printable ASCII characters without "',
    (it) => it.length <= 100 && /^[\x20\x21\x23-\x7e]*$/.test(it),
  ),
  primaryDns: text("an IPv4 address", isIpv4),
  secondaryDns: text("an IPv4 address", isIpv4),
  timeZone: whole(-96, 96),
  pingTtl: whole(1, 255),
  pingRtt: whole(0, 600_000),
  signalPower: tenths,
  totalPower: tenths,
  txPower: tenths,
  txTime: whole(0, 4_294_967_295),
  rxTime: whole(0, 4_294_967_295),
  cellId: whole(0, 268_435_455),
  ecl: whole(0, 255),
  snr: tenths,
  earfcn: whole(0, 262_143),
  pci: whole(0, 503),
  rsrq: tenths,
  band: whole(1, 255),
  temperature: whole(-100, 200),
  voltage: whole(0, 10_000),
};

/** The check of a quirk's value, which is text or a number. */
function quirkRule({ read, values }: Quirk<string | number>): Check<string | number> {
  return (json, path) => {
    const written = typeof json === "number" ? String(json) : json;
    const value = typeof written === "string" ? read(written) : undefined;
    return value ?? { problem: `${path}: ${shown(json)} is not ${values}` };
  };
}

/** The checks of the quirks, made from the table of quirks. */
export const quirkRules = Object.fromEntries(
  Object.entries(quirkTable).map(([name, quirk]) => [name, quirkRule(quirk)]),
) as unknown as Shape<Quirks>;

/** The check of a timing preset's name. */
export const timingRule: Check<TimingName> = oneOf(...(Object.keys(timings) as TimingName[]));

/** The check of a profile's name. */
export const nameRule = line(64);

/** The value of a quirk as text, as in `--quirk` and in a profile. */
export function writtenQuirk(quirks: Quirks, name: QuirkName): string {
  const { fallback, standard } = quirkTable[name];
  return quirks[name] === fallback ? standard : String(quirks[name]);
}
