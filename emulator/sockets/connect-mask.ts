import { asBuffer, type Octets } from "../../at/octets.js";
import { frameAt } from "../../mqtt/frame.js";
import { maxDataBytes } from "./socket.js";

/** The bits of CONNECT's flags that tell of a will, a password and a user. MQTT 3.1.2.3 */
const flags = { will: 0x04, password: 0x40, user: 0x80 } as const;

const mask = 0x2a;

/** The bytes with the password of an MQTT CONNECT at their beginning replaced by `*`; any other bytes as they are. */
export function withoutPassword(bytes: Uint8Array): Uint8Array {
  const start = passwordAt(asBuffer(bytes));
  return start === undefined ? bytes : Buffer.from(bytes).fill(mask, start);
}

/** A command line with such a password in the hexadecimal data of AT+NSOSD or AT+NSOST replaced by `2A`. */
export const withoutPasswordInHex = (line: Octets): Octets =>
  /nsos[dt]/i.test(line) ? hiddenIn(line, (length) => "2A".repeat(length / 2)) : line;

/** Hides such passwords in the bytes of one direction of the serial line, a `*` for each byte, wherever they are cut. */
export class HexPasswordMask {
  /** The hexadecimal digits with which the bytes so far have ended. */
  #digits: Octets = "";

  /** The same number of octets. */
  mask(octets: Octets): Octets {
    if (this.#digits === "" && !hasDigits.test(octets)) return octets; // as nearly always
    const before = this.#digits;
    const text = before + octets;
    this.#digits = /[0-9a-f]*$/i.exec(text)?.[0].slice(-maxDigits) ?? "";
    return hiddenIn(text, (length) => "*".repeat(length)).slice(before.length);
  }
}

const hasDigits = /[0-9a-f]$|[0-9a-f]{24}/i;

/** As many digits as the data of a command may have. */
const maxDigits = 2 * maxDataBytes;

/** The text with the digits of each password replaced, from its first one to the end of the data. */
const hiddenIn = (text: Octets, mask: (length: number) => Octets): Octets =>
  text.replace(/10[0-9a-f]{24,}/gi, (hex) => {
    const start = passwordAt(Buffer.from(hex.slice(0, hex.length & ~1), "hex"));
    if (start === undefined || start * 2 >= hex.length) return hex;
    return hex.slice(0, start * 2) + mask(hex.length - start * 2);
  });

/** Where the bytes of the password begin, which is the last field; undefined where it is no CONNECT with one. MQTT 3.1.3 */
function passwordAt(bytes: Buffer): number | undefined {
  const frame = frameAt(bytes, 0, bytes.length, Number.POSITIVE_INFINITY);
  if (bytes[0] !== 0x10 || frame === undefined || typeof frame === "string") return undefined;
  const name = bytes.toString("latin1", frame.body + 2, frame.body + 8);
  if (!name.startsWith("MQTT") && name !== "MQIsdp") return undefined;
  const level = frame.body + 2 + wordAt(bytes, frame.body);
  const has = bytes[level + 1] ?? 0;
  if ((has & flags.password) === 0) return undefined;
  let at = level + 4;
  const skip = 1 + (has & flags.will ? 2 : 0) + (has & flags.user ? 1 : 0);
  for (let field = 0; field < skip; field += 1) at += 2 + wordAt(bytes, at);
  return at + 2;
}

const wordAt = (bytes: Buffer, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
