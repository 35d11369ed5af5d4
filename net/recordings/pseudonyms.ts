import type { Octets } from "../../at/octets.js";
import { isLuhn } from "../../emulator/profile/profile-rules.js";
import { Random } from "../../emulator/random.js";

/** What a value is; it decides what its pseudonym looks like. */
export type Kind = "imei" | "digits" | "hex" | "address" | "word" | "text";

/** How often another pseudonym is tried while one is taken already; a short value has few. */
const maxTries = 50;

/**
 * Pseudonyms: the same for the same value, of the same length, and different for different values as far as their length
 * leaves room. Nothing in a pseudonym comes from its value but the places of signs between words.
 */
export class Pseudonyms {
  readonly #random: Random;
  readonly #names = new Map<string, Octets>();
  readonly #taken = new Set<string>();
  /** Values that are replaced wherever they stand, the longest first. */
  #everywhere: readonly (readonly [value: Octets, name: Octets])[] | undefined;

  /** `seed`: with the same seed and the same values in the same order come the same pseudonyms. */
  constructor(seed = 1) {
    this.#random = new Random(seed);
  }

  /** The pseudonym of a value. */
  of(kind: Kind, value: Octets): Octets {
    if (value === "" || /^\*+$/.test(value)) return value; // nothing, or masked already
    const key = `${kind === "imei" ? "digits" : kind} ${value}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#make(kind, value);
    this.#names.set(key, name);
    this.#everywhere = undefined;
    return name;
  }

  /** Words between signs, each with its own pseudonym: the levels of a topic, the labels of a host's name. */
  ofWords(value: Octets): Octets {
    return value.replace(/[^/.+#$\-_:@&=]+/g, (word) => this.of(kindOf(word), word));
  }

  /** A text line by line, so that a part of it gets the same pseudonym. */
  ofText(value: Octets): Octets {
    const quoted = /^"(.*)"$/s.exec(value)?.[1];
    if (quoted !== undefined) return `"${this.ofText(quoted)}"`;
    return value.replace(/[^\r\n\x1a\x1b]+/g, (line) => this.of("text", line));
  }

  /** A number of a cell in decimal, so that it fits its pseudonym in hexadecimal. */
  ofCell(value: Octets): Octets {
    const name = Number.parseInt(this.of("hex", Number(value).toString(16).toUpperCase()), 16);
    return String(name).padStart(value.length, "0").slice(-value.length);
  }

  /** Text with the pseudonyms of all values that are known by now and too long to stand there by chance. */
  everywhere(text: Octets): Octets {
    this.#everywhere ??= [...this.#names]
      .map(([key, name]) => [key.slice(key.indexOf(" ") + 1), name] as const)
      .filter(([value]) => value.length >= minLength && /[^\d.]|\d{7}/.test(value))
      .sort(([a], [b]) => b.length - a.length);
    return this.#everywhere.reduce(
      (all, [value, name]) => (all.includes(value) ? all.replaceAll(value, name) : all),
      text,
    );
  }

  /** Whether a text as a whole has a pseudonym. */
  knows(kind: Kind, value: Octets): boolean {
    return this.#names.has(`${kind} ${value}`);
  }

  #make(kind: Kind, value: Octets): Octets {
    let name = value;
    for (let tries = 0; tries < maxTries && (name === value || this.#taken.has(name)); tries += 1)
      name = makers[kind](value, (below) => Math.floor(this.#random.between([0, below])));
    this.#taken.add(name);
    return name;
  }
}

/** A word that is as long a number as devices and cards have is one of those. */
const kindOf = (word: Octets): Kind => (/^\d{15}$/.test(word) ? "imei" : /^\d{16,20}$/.test(word) ? "digits" : "word");

/** A value of at least so many octets is replaced wherever it stands. decided */
const minLength = 6;

type Draw = (below: number) => number;

const letters = "abcdefghijklmnopqrstuvwxyz";
const from = (signs: string, draw: Draw): string => signs[draw(signs.length)] ?? "x";

const makers: { readonly [K in Kind]: (value: Octets, draw: Draw) => Octets } = {
  imei(value, draw) {
    const body = makers.digits(value, draw).slice(0, -1);
    const check = [..."0123456789"].find((digit) => isLuhn(body + digit)) ?? "0";
    return body + check;
  },
  digits: (value, draw) =>
    testNumber(value) + value.slice(testNumber(value).length).replace(/\d/g, () => from("0123456789", draw)),
  hex: (value, draw) => value.slice(0, 1) + value.slice(1).replace(/[\da-f]/gi, () => from("0123456789ABCDEF", draw)),
  address: (value, draw) =>
    value.replace(/\d+/g, ({ length }, at: number) => {
      if (at === 0) return testNetworks[length] ?? "10";
      return String(length === 1 ? 1 + draw(9) : length === 2 ? 10 + draw(90) : 100 + draw(150));
    }),
  word: (value, draw) =>
    value.replace(/[\s\S]/g, (sign) => {
      if (/\d/.test(sign)) return from("0123456789", draw);
      return /[A-Z]/.test(sign) ? from(letters, draw).toUpperCase() : from(letters, draw);
    }),
  text: (value, draw) => value.replace(/[\s\S]/g, () => from(letters, draw)),
};

/** The first number of an address, by its length: of blocks in which no host is (0/8, 10/8, 240/4). RFC 6890 */
const testNetworks: Readonly<Record<number, string>> = { 1: "0", 2: "10", 3: "240" };

/** Long numbers begin like those of the test network, which no real device has: 001 01, for an ICCID behind 89. */
const testNumber = ({ length }: Octets): string => (length >= 19 ? "8900101" : length >= 15 ? "00101" : "");
