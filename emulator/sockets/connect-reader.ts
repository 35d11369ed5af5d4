/** The bits of CONNECT's flags that tell of a will, a password and a user. MQTT 3.1.2.3 */
const flags = { will: 0x04, password: 0x40, user: 0x80 } as const;

/** A part of a packet: bytes that have a meaning of their own, bytes behind their length, or properties of MQTT 5. */
type Part = "type" | "packetLength" | "name" | "level" | "flags" | "keepAlive" | "properties" | "string" | "password";

/** How many bytes a part has that has no length before it; its length before it has two bytes, or is a number of up to four. */
const sizes: { readonly [P in Part]: number | "word" | "varint" } = {
  type: 1,
  packetLength: "varint",
  name: "word",
  level: 1,
  flags: 1,
  keepAlive: 2,
  properties: "varint",
  string: "word",
  password: "word",
};

/** The longest packet that is followed, in bytes; a longer one is taken for no CONNECT. decided */
const maxPacket = 16_384;

/** The first byte of a CONNECT. MQTT 3.1 */
const connectType = 0x10;

const beginning: readonly Part[] = ["type", "packetLength", "name", "level", "flags"];
const names: readonly string[] = ["MQTT", "MQIsdp"];

/** The parts behind the flags; the password is the last one. MQTT 3.1.3, MQTT 5 3.1.3 */
function partsBehind(level: number, has: number): readonly Part[] {
  const properties: readonly Part[] = (level & 0x7f) >= 5 ? ["properties"] : [];
  const will: readonly Part[] = has & flags.will ? [...properties, "string", "string"] : [];
  const user: readonly Part[] = has & flags.user ? ["string"] : [];
  return ["keepAlive", ...properties, "string", ...will, ...user, "password"];
}

/** Reads an MQTT CONNECT byte by byte, and tells which bytes are its password. It keeps none of them. */
export class ConnectReader {
  #parts = beginning;
  #at = 0;
  /** What the part has before its own bytes: how many bytes of a length have come, and what they say so far. */
  #lengthBytes = 0;
  #length = 0;
  #isInLength = false;
  /** How many bytes of the part are left, and of the packet; the password goes on to the end of both. */
  #left = 1;
  #packetLeft = 0;
  #name = "";
  #level = 0;

  /** It is no CONNECT with a password, or the password is complete. */
  isOver = false;

  /** Whether the next byte belongs to the password. */
  get isSecret(): boolean {
    return !this.isOver && this.#parts[this.#at] === "password" && !this.#isInLength;
  }

  /** A reader at the same place. */
  clone(): ConnectReader {
    const other = new ConnectReader();
    other.#parts = this.#parts;
    other.#at = this.#at;
    other.#lengthBytes = this.#lengthBytes;
    other.#length = this.#length;
    other.#isInLength = this.#isInLength;
    other.#left = this.#left;
    other.#packetLeft = this.#packetLeft;
    other.#name = this.#name;
    other.#level = this.#level;
    other.isOver = this.isOver;
    return other;
  }

  /** Two readers with the same place are at the same place for all that follows. */
  get place(): string {
    const of = [this.#parts.join(), this.#at, this.#isInLength, this.#lengthBytes, this.#length];
    return [...of, this.#left, this.#packetLeft, this.#name, this.#level].join(" ");
  }

  /** Takes bytes; returns the index of the first one of the password, which may be the next one; undefined: there is none. */
  take(bytes: Uint8Array): number | undefined {
    let found: number | undefined;
    for (let at = 0; at < bytes.length && !this.isOver; at += 1) {
      if (this.isSecret) found ??= at;
      this.#takeByte(bytes[at] ?? 0);
    }
    return found ?? (this.isSecret ? bytes.length : undefined);
  }

  #takeByte(byte: number): void {
    if (this.#at > 1) this.#packetLeft -= 1;
    if (this.#isInLength) this.#takeLength(byte);
    else {
      this.#left -= 1;
      this.#takeOwn(byte);
    }
    while (!this.isOver && !this.#isInLength && this.#left <= 0) {
      if (this.isSecret && this.#packetLeft > 0) return;
      this.#next();
    }
  }

  /** A byte of a length: two bytes with the higher one first, or seven bits a byte with the lower ones first. */
  #takeLength(byte: number): void {
    const size = sizes[this.#parts[this.#at] ?? "type"];
    const isLast = size === "word" ? this.#lengthBytes === 1 : byte < 128;
    this.#length = size === "word" ? this.#length * 256 + byte : this.#length + (byte & 127) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (!isLast) this.isOver = this.#lengthBytes >= 4;
    else {
      this.#isInLength = false;
      this.#left = this.#length;
      this.#check();
    }
  }

  #check(): void {
    const part = this.#parts[this.#at];
    if (part === "packetLength") {
      this.isOver = this.#length > maxPacket;
      this.#packetLeft = this.#length;
      this.#left = 0;
    } else if (part === "name") this.isOver = !names.some((name) => name.length === this.#left);
  }

  #takeOwn(byte: number): void {
    const part = this.#parts[this.#at];
    if (part === "type") this.isOver = byte !== connectType;
    else if (part === "name") {
      this.#name += String.fromCharCode(byte);
      this.isOver = !names.some((name) => name.startsWith(this.#name));
    } else if (part === "level") this.#level = byte;
    else if (part === "flags") {
      this.isOver = (byte & flags.password) === 0;
      this.#parts = [...beginning, ...partsBehind(this.#level, byte)];
    }
  }

  #next(): void {
    this.#at += 1;
    const part = this.#parts[this.#at];
    if (part === undefined) {
      this.isOver = true;
      return;
    }
    const size = sizes[part];
    this.#isInLength = typeof size === "string";
    this.#left = typeof size === "number" ? size : 0;
    this.#length = 0;
    this.#lengthBytes = 0;
  }
}

/** A place in bytes where a CONNECT may begin, read to their end. */
interface PossibleConnect {
  readonly reader: ConnectReader;
  /** The index of the first byte of its password, which may be the next one; undefined: there is none so far. */
  readonly start: number | undefined;
}

/** The places where a CONNECT may begin; other packets may stand before it. */
export function connectsIn(bytes: Uint8Array): readonly PossibleConnect[] {
  const found: PossibleConnect[] = [];
  for (let at = bytes.indexOf(connectType); at >= 0; at = bytes.indexOf(connectType, at + 1)) {
    const reader = new ConnectReader();
    const start = reader.take(bytes.subarray(at));
    found.push({ reader, start: start === undefined ? undefined : at + start });
  }
  return found;
}

/** The lowest of the indexes that are known; undefined: none is. */
export function firstOf(starts: readonly (number | undefined)[]): number | undefined {
  const known = starts.filter((start) => start !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
