import { asBuffer, type Octets } from "../../at/octets.js";
import { connectsIn, firstOf } from "./connect-reader.js";
import { corrected, type Span, SplitConnects } from "./split-connects.js";

const mask = 0x2a;

/** The bytes with the password of an MQTT CONNECT in them, and all behind it, replaced by `*`; any other bytes as they are. */
export function withoutPassword(bytes: Uint8Array): Uint8Array {
  const start = passwordIn(bytes);
  return start === undefined ? bytes : hiddenFrom(bytes, start);
}

/** Where the first password of a CONNECT begins; undefined: there is none. */
const passwordIn = (bytes: Uint8Array): number | undefined => firstOf(connectsIn(bytes).map(({ start }) => start));

const hiddenFrom = (bytes: Uint8Array, start: number): Uint8Array => Buffer.from(bytes).fill(mask, start);

/** A command line with such a password in the hexadecimal data of AT+NSOSD or AT+NSOST replaced by `2A`. */
export const withoutPasswordInHex = (line: Octets): Octets =>
  /nsos[dt]/i.test(line) ? hiddenIn(line, spansIn(line), "2A") : line;

/** A run of hexadecimal digits that may hold a CONNECT. */
const runOfHex = /[0-9a-f]{26,}/gi;

/** Where the digits of passwords stand in what was typed; where it was corrected, from there to its end. */
function spansIn(text: Octets): readonly Span[] {
  const typed = corrected(text);
  return typed === text ? spansInDigits(text) : spansInDigits(typed).map(({ from }) => ({ from, to: text.length }));
}

/** The same: from the first digit of a password to the end of the data. Both ways to pair the digits are read. */
function spansInDigits(text: Octets): readonly Span[] {
  return [...text.matchAll(runOfHex)].flatMap(({ index, 0: hex }) => {
    const starts = [0, 1].map((offset) => {
      const start = passwordIn(Buffer.from(hex.slice(offset), "hex"));
      return start === undefined ? undefined : index + offset + 2 * start;
    });
    const from = firstOf(starts);
    return from === undefined ? [] : { from, to: index + hex.length };
  });
}

/** The text with the digits in spans replaced, one for one. */
function hiddenIn(text: Octets, spans: readonly Span[], by: "2A" | "**"): Octets {
  let hidden = text;
  for (const { from, to } of spans)
    hidden = hidden.slice(0, from) + by.repeat((to - from + 1) >> 1).slice(0, to - from) + hidden.slice(to);
  return hidden;
}

/** Bytes of which a part is hidden, until the module sends them. */
interface HiddenData {
  readonly socket: number;
  readonly bytes: Uint8Array;
  readonly start: number;
}

/** How many lines with hidden data may wait for being sent. decided */
const maxHidden = 16;

/** Hides the passwords in what a host sends over its sockets, also where it splits a CONNECT over several lines. */
export class SocketMask {
  readonly #connects = new SplitConnects();
  /** What was typed and not sent yet. */
  #hidden: HiddenData[] = [];

  /** A line of the host with such passwords replaced by `2A`. It has to be given each line, in their order. */
  line(line: Octets): Octets {
    if (!mayMatter.test(line)) return line; // as nearly always
    const found = this.#connects.take(line);
    for (const { socket, bytes, start } of found)
      this.#hidden = [...this.#hidden, { socket, bytes, start }].slice(-maxHidden);
    return hiddenIn(line, found, "2A");
  }

  /** What a socket sends, with such passwords replaced by `*`. */
  data(socket: number, bytes: Uint8Array): Uint8Array {
    const at = this.#hidden.findIndex((one) => one.socket === socket && asBuffer(bytes).equals(one.bytes));
    const [hidden] = at < 0 ? [] : this.#hidden.splice(at, 1);
    return hidden === undefined ? withoutPassword(bytes) : hiddenFrom(bytes, hidden.start);
  }
}

const mayMatter = /nso/i;

/** A line that is longer is hidden where a CONNECT in it may go on. In octets; no line that a module takes is so long. */
const maxLine = 8192;

/** Hides such passwords in the bytes of one direction of the serial line, a `*` for each byte, wherever they are cut. */
export class HexPasswordMask {
  readonly #connects = new SplitConnects();
  /** The line so far. */
  #line: Octets = "";
  /** The rest of an overlong line is hidden. */
  #isHiding = false;

  /** The same number of octets. */
  mask(octets: Octets): Octets {
    const text = this.#line === "" ? octets : this.#line + octets;
    if (!this.#isHiding && !mayBeSecret.test(text)) {
      this.#line = text.slice(lineStart(text)).slice(-maxLine);
      return octets; // as nearly always
    }
    return (octets.match(lineParts) ?? []).map((part) => this.#maskPart(part)).join("");
  }

  /** A part of one line; its end can only be its last octet. */
  #maskPart(part: Octets): Octets {
    const isEnd = lineStart(part) === part.length;
    const before = this.#line;
    const line = before + (isEnd ? part.slice(0, -1) : part);
    const isOfSocket = mayMatter.test(line);
    const inLine = !isOfSocket ? [] : isEnd ? this.#connects.take(line) : this.#connects.look(line);
    const spans = this.#isHiding ? [{ from: 0, to: line.length }] : [...spansIn(line), ...inLine];
    const shown = hiddenIn(line, spans, "**").slice(before.length) + (isEnd ? part.slice(-1) : "");
    if (!isEnd && line.length > maxLine) this.#isHiding ||= isOfSocket;
    this.#line = isEnd ? "" : line.slice(-maxLine);
    if (isEnd) this.#isHiding = false;
    return shown;
  }
}

/** A command for sockets, or digits that may hold a CONNECT. */
const mayBeSecret = /nso|10[0-9a-f]{24}/i;

/** Pieces that end with the end of a line, and the rest. What ends a payload does not end a line. */
const lineParts = /[^\r\n]+[\r\n]?|[\r\n]/g;

/** Where the last line begins. */
const lineStart = (text: Octets): number => Math.max(text.lastIndexOf("\r"), text.lastIndexOf("\n")) + 1;
