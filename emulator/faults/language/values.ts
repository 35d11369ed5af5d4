import { fromText, type Octets, printable, toText } from "../../../at/octets.js";
import type { Millis } from "../../../mqtt/packet.js";
import type { RebootCause } from "../../reboot.js";
import { isTopicFilter } from "../../topic.js";
import { isPacketType, packetTypes } from "./packet-ways.js";
import { chanceOf, millisOf, millisText, numberOf, rateOf, sizeOf, spanOf, spanText, spanWords } from "./quantities.js";
import { causeOf, causeText, causeWords, shortCauses } from "./reset-causes.js";
import type { Limits, PacketType, Pattern, Span } from "./sentence.js";
import { inQuotes, type Token, wordOf } from "./tokens.js";

/** What can stand at a place of a sentence that is no fixed word, by the name that the place has in the syntax. */
export interface Values {
  readonly COUNT: Limits["count"];
  readonly PACKET: PacketType;
  readonly SPAN: Span;
  readonly MOMENT: Millis;
  readonly RATE: number;
  readonly CODE: number;
  readonly GRANT: number;
  readonly RESULT: number;
  readonly NUMBER: number;
  readonly RSSI: number;
  readonly CAUSE: RebootCause;
  readonly LINE: Octets;
  readonly LINES: readonly Octets[];
  readonly COMMAND: Pattern;
  readonly PATTERN: Pattern;
  readonly HEX: Uint8Array;
  readonly SIZE: { readonly min: number; readonly max: number };
  readonly BYTES: number;
  readonly FILTER: string;
  readonly N: number;
  readonly "P%": number;
}

/** One kind of value. */
export interface Value<T> {
  /** What it is: `a span of time`. */
  readonly about: string;
  /** How it is written, and its bounds. */
  readonly how: string;
  readonly examples: readonly [string, ...string[]];
  /** All words that there are, where that is a list. */
  readonly words?: readonly string[];
  /** The value; undefined where the word is none. */
  read(token: Token): T | undefined;
  /** As a word that `read` takes. */
  write(value: T): string;
  /** As it stands in a sentence for people; left out: as it is written. */
  readonly say?: (value: T) => string;
}

/** The most that one sentence counts, or lets pass. decided */
const maxCount = 1_000_000;
/** The most octets of a line that the module is made to say, and of a pattern. decided */
const maxLineLength = 512;
const maxPatternLength = 200;

/** Every kind of value, told once. */
export const values: { readonly [V in keyof Values]: Value<Values[V]> } = {
  COUNT: {
    about: "a count",
    how: `1 to ${maxCount}, or every`,
    examples: ["2", "every"],
    read: ({ raw }) => (raw.toLowerCase() === "every" ? "every" : numberOf(raw, 1, maxCount)),
    write: String,
  },
  PACKET: {
    about: "a packet",
    how: packetTypes.join(", "),
    examples: ["PUBACK"],
    words: packetTypes,
    read: ({ raw }) => [raw.toUpperCase()].find(isPacketType),
    write: String,
  },
  SPAN: {
    about: "a span of time",
    how: "a number with ms, s, min or h, or a range such as 1s..3s; 1ms to 24h",
    examples: ["10s", "1s..3s"],
    read: ({ raw }) => spanOf(raw),
    write: spanText,
    say: spanWords,
  },
  MOMENT: {
    about: "a moment",
    how: "the time since power-up: a number with ms, s, min or h; 1ms to 24h",
    examples: ["30s"],
    read: ({ raw }) => millisOf(raw),
    write: millisText,
    say: (at) => spanWords({ min: at, max: at }),
  },
  RATE: {
    about: "a rate",
    how: "a number with B/s or kB/s; up to 1000kB/s",
    examples: ["100B/s"],
    read: ({ raw }) => rateOf(raw),
    write: (rate) => `${rate}B/s`,
    say: (rate) => `${rate} bytes a second`,
  },
  CODE: oneOfNumbers("a return code of CONNACK", [1, 2, 3, 4, 5]), // [MQTT-3.2.2-4]
  GRANT: oneOfNumbers("a return code of SUBACK", [0, 1, 2, 128]), // [MQTT-3.9.3-2]
  RESULT: oneOfNumbers("a result of +QMTTENAUTH", [1, 2, 3, 4, 5, 6]), // note 3.2.2
  NUMBER: number("an error number", 0, 999, "159"),
  RSSI: {
    about: "a signal",
    how: "0 to 31, or 99, as AT+CSQ prints it",
    examples: ["9", "99"],
    read: ({ raw }) => (raw === "99" ? 99 : numberOf(raw, 0, 31)),
    write: String,
  },
  CAUSE: {
    about: "a cause of a reset",
    how: `${shortCauses.join(", ")}, or as the banner names it, such as APPLICATION_AT`,
    examples: ["watchdog"],
    words: causeWords,
    read: ({ raw }) => causeOf(raw),
    write: causeText,
    say: String,
  },
  LINE: {
    about: "a line in quotes",
    how: `1 to ${maxLineLength} bytes, such as "+QMTSTAT: 0,1"`,
    examples: ['"+QMTSTAT: 0,1"'],
    read: ({ octets, quoted }) => (quoted && octets !== "" && octets.length <= maxLineLength ? octets : undefined),
    write: inQuotes,
  },
  LINES: {
    about: "an answer in quotes",
    how: `lines separated by |, at most ${maxLineLength} bytes, such as "+CSQ:99,99"`,
    examples: ['"+CSQ:99,99"'],
    read: ({ octets, quoted }) => (quoted && octets.length <= maxLineLength ? linesOf(octets) : undefined),
    write: (lines) => inQuotes(lines.join("|")),
    say: (lines) => (lines.length === 0 ? "nothing" : lines.map(inQuotes).join(", ")),
  },
  COMMAND: {
    about: "a command",
    how: "AT… as the line begins; * stands for anything; in quotes where it has blanks",
    examples: ["AT+QMTPUB"],
    read: ({ octets }) => commandOf(octets),
    write: (pattern) => wordOf(pattern.replace(/(?<=.)\*$/s, "")),
    say: (pattern) => printable(pattern.replace(/(?<=.)\*$/s, "")),
  },
  PATTERN: {
    about: "a line of the module",
    how: "such as +QMTSTAT*; * stands for anything",
    examples: ["+QMTSTAT*"],
    read: ({ octets }) => patternOf(/^\+[A-Z]+$/i.test(octets) ? `${octets}*` : octets),
    write: (pattern) => (/^[+*]/.test(pattern) ? wordOf(pattern) : inQuotes(pattern)),
    say: printable,
  },
  HEX: {
    about: "a row of bytes in hexadecimal",
    how: "1 to 64 of them, two digits each",
    examples: ["00ff"],
    read: ({ raw }) => (/^([0-9a-f]{2}){1,64}$/i.test(raw) ? new Uint8Array(Buffer.from(raw, "hex")) : undefined),
    write: (bytes) => Buffer.from(bytes).toString("hex"),
  },
  SIZE: {
    about: "a number of bytes",
    how: "1 to 4096, or a range such as 1..8",
    examples: ["1..8"],
    read: ({ raw }) => sizeOf(raw),
    write: ({ min, max }) => (min === max ? `${min}` : `${min}..${max}`),
    say: ({ min, max }) => (min === max ? `${min}` : `${min} to ${max}`),
  },
  BYTES: number("a number of bytes", 1, 65_536, "64"),
  FILTER: {
    about: "a topic filter",
    how: "as in SUBSCRIBE, with + and #; in quotes where it has blanks",
    examples: ["sensors/#"],
    read: ({ octets }) => (octets !== "" && isTopicFilter(octets) ? toText(octets) : undefined),
    write: (filter) => wordOf(fromText(filter)),
  },
  N: number("a number", 1, maxCount, "2"),
  "P%": {
    about: "a chance",
    how: "above 0% and up to 100%, such as 0.1%",
    examples: ["50%"],
    read: ({ raw }) => chanceOf(raw),
    write: (chance) => `${Number((chance * 100).toPrecision(12))}%`,
  },
};

/** The value of a token; undefined: the token has another kind. */
export const readValue = (name: keyof Values, token: Token): unknown => values[name].read(token);

/** A value as a word of a sentence. */
export const writeValue = (name: keyof Values, value: unknown): string => (values[name] as Value<unknown>).write(value);

/** A value as a sentence for people has it. */
export function sayValue(name: keyof Values, value: unknown): string {
  const kind = values[name] as Value<unknown>;
  return (kind.say ?? kind.write)(value);
}

function number(about: string, min: number, max: number, example: string): Value<number> {
  return {
    about,
    how: `${min} to ${max}`,
    examples: [example],
    read: ({ raw }) => numberOf(raw, min, max),
    write: String,
  };
}

function oneOfNumbers(about: string, allowed: readonly number[]): Value<number> {
  return {
    about,
    how: allowed.join(", "),
    examples: [String(allowed.at(-1))],
    words: allowed.map(String),
    read: ({ raw }) => allowed.find((code) => String(code) === raw),
    write: String,
  };
}

/** An empty text has no lines; a line is never empty. */
function linesOf(octets: Octets): readonly Octets[] | undefined {
  const lines = octets === "" ? [] : octets.split("|");
  return lines.includes("") ? undefined : lines;
}

function patternOf(octets: Octets): Pattern | undefined {
  return octets === "" || octets.length > maxPatternLength ? undefined : octets.replace(/\*+/g, "*");
}

/** A command line is named by its beginning. */
const commandOf = (octets: Octets): Pattern | undefined =>
  /^(?:AT|\*)/i.test(octets) ? patternOf(`${octets}*`) : undefined;
