import { asBuffer, type Octets } from "../../at/octets.js";
import { frameAt } from "../../mqtt/frame.js";

/** The bits of CONNECT's flags that tell of a will, a password and a user. MQTT 3.1.2.3 */
const flags = { will: 0x04, password: 0x40, user: 0x80 } as const;

const mask = 0x2a;

/** The bytes with the password of an MQTT CONNECT at their beginning replaced by `*`; any other bytes as they are. */
export function withoutPassword(bytes: Uint8Array): Uint8Array {
  const start = passwordAt(asBuffer(bytes));
  return start === undefined ? bytes : Buffer.from(bytes).fill(mask, start);
}

/** A command line with such a password in the hexadecimal data of AT+NSOSD or AT+NSOST replaced by `2A`. */
export function withoutPasswordInHex(line: Octets): Octets {
  if (!/nsos[dt]/i.test(line)) return line;
  return line.replace(/10(?:[0-9a-f]{2}){12,}/gi, (hex) => {
    const start = passwordAt(Buffer.from(hex, "hex"));
    return start === undefined ? hex : hex.slice(0, start * 2) + "2A".repeat(hex.length / 2 - start);
  });
}

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
