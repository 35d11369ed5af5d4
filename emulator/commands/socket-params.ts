import type { Octets } from "../../at/octets.js";
import { int, type Param } from "../../at/params.js";
import type { Token } from "../../at/parse.js";
import { maxDataBytes, maxSockets } from "../sockets/socket.js";

/** `<socket>`. */
export const socketId = int(0, maxSockets - 1);

/** A number in decimal, octal (leading 0) or hexadecimal digits (leading 0x); NaN: it is none. */
function numberOf(text: string): number {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]{1,11}$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
}

/** A number in decimal or hexadecimal digits; a leading 0 has no meaning. */
const flagOf = (text: string): number => (/^\d{1,10}$/.test(text) ? Number(text) : numberOf(text));

interface Reading<T> {
  readonly range: string;
  readonly probes: Param<T>["probes"];
  /** How many tokens it takes. Left out: 1. */
  readonly width?: number;
  read(...texts: readonly Octets[]): T | undefined;
}

/** A parameter of one or more tokens, each with or without quotes. */
function param<T>({ range, probes, width = 1, read }: Reading<T>): Param<T> {
  const take = (tokens: readonly Token[], at: number) => {
    const taken = tokens.slice(at, at + width);
    const isPlain = taken.length === width && taken.every(({ kind }) => kind === "bare" || kind === "quoted");
    const value = isPlain ? read(...taken.map(({ text }) => text)) : undefined;
    return value === undefined ? undefined : { value, next: at + width };
  };
  return { range, take, probes, optional: false, secret: false };
}

/** A port, in decimal or hexadecimal digits. */
export const portFrom = (min: 0 | 1): Param<number> =>
  param({
    range: `(${min}-65535)`,
    probes: {
      good: [`${min}`, "65535", "0xffff"],
      bad: ["65536", "0x10000", "-1", "", "x", "0x", ...(min === 0 ? [] : ["0"])],
    },
    read: (text) => [flagOf(text)].find((port) => port >= min && port <= 65_535),
  });

/** An IPv4 address; its four numbers may be decimal, octal or hexadecimal. The value has decimal ones. */
export const socketAddress: Param<Octets> = param({
  range: "<addr>",
  probes: {
    good: ["192.0.2.1", '"255.255.255.255"', "0xC0.0.02.1", "0300.0x0.2.0377"],
    bad: [
      "256.0.0.1",
      "10.0.0",
      "10.0.0.1.1",
      "0x100.0.0.1",
      "0400.0.0.1",
      "08.0.0.1",
      "example",
      '""',
      "",
      '"10.0.0.1',
    ],
  },
  read: (text) => {
    const numbers = text.split(".").map(numberOf);
    return numbers.length === 4 && numbers.every((each) => each <= 255) ? numbers.join(".") : undefined;
  },
});

/** `<type>,<protocol>` of AT+NSOCR, which must fit. */
export const socketKind: Param<"UDP" | "TCP"> = param({
  range: "(DGRAM,STREAM),(17,6)",
  width: 2,
  probes: {
    good: ["DGRAM,17", "STREAM,6", '"dgram",17'],
    bad: ["DGRAM,6", "STREAM,17", "RAW,17", ",17", "DGRAM,", '"",""'],
  },
  read: (type = "", protocol) => {
    const word = type.toUpperCase();
    if (word === "DGRAM" && protocol === "17") return "UDP";
    return word === "STREAM" && protocol === "6" ? "TCP" : undefined;
  },
});

const digits = /^(?:[0-9a-f]{2})+$/i;

/** `<length>,<data>`: the data in hexadecimal digits, and as many bytes of them as the length says. */
export const lengthAndData: Param<Uint8Array> = param({
  range: `(1-${maxDataBytes}),<data>`,
  width: 2,
  probes: {
    good: ["1,aa", "2,AAbb", '2,"0a0B"', `${maxDataBytes},${"a5".repeat(maxDataBytes)}`],
    bad: [
      '0,""',
      "1,",
      "1,aabb",
      "2,aa",
      "1,a",
      "1,ag",
      ",aa",
      "x,aa",
      `${maxDataBytes + 1},${"a5".repeat(maxDataBytes + 1)}`,
    ],
  },
  read: (length = "", data = "") => {
    const size = /^\d{1,4}$/.test(length) ? Number(length) : Number.NaN;
    return size <= maxDataBytes && digits.test(data) && data.length === 2 * size ? Buffer.from(data, "hex") : undefined;
  },
});

const flags: readonly number[] = [0, 0x100, 0x200, 0x400];

/** `<flag>`, in decimal or hexadecimal digits. */
export const flag: Param<number> = param({
  range: "(0x0,0x100,0x200,0x400)",
  probes: { good: ["0x0", "0", "0x100", "512", "0x400"], bad: ["0x1", "0x300", "0x800", "-1", "", "x"] },
  read: (text) => flags.find((each) => each === flagOf(text)),
});

/** `<sequence>`. */
export const sequence = int(1, 255);

/** The places of the parameters of each command that sends a message, counted from 0. */
export const messagePlaces: Readonly<
  Record<string, { readonly length: number; readonly data: number; readonly sequence: number }>
> = {
  "+NSOST": { length: 3, data: 4, sequence: 5 },
  "+NSOSTF": { length: 4, data: 5, sequence: 6 },
  "+NSOSD": { length: 1, data: 2, sequence: 4 },
};
