import type { Octets } from "../../at/octets.js";
import { parseLine, type Token } from "../../at/parse.js";
import { messagePlaces } from "../../emulator/commands/socket-params.js";
import type { Kind, Pseudonyms } from "./pseudonyms.js";

/** How a parameter is replaced; undefined: not at all. */
type Rule = Kind | "words" | "message" | "cell" | undefined;

/** The rule of the parameter at an index, for the write form of each command; `first` is the first parameter. */
const rules: Readonly<Record<string, (at: number, first: Octets) => Rule>> = {
  "+QMTOPEN": (at) => (at === 1 ? "words" : undefined),
  "+QMTCONN": (at) => (at >= 1 && at <= 3 ? "words" : undefined),
  "+QMTSUB": (at) => (at >= 2 && at % 2 === 0 ? "words" : undefined),
  "+QMTUNS": (at) => (at >= 2 ? "words" : undefined),
  "+QMTPUB": (at) => (at === 4 ? "words" : undefined),
  "+QMTCFG": (at, first) => configured[first.toLowerCase()]?.(at),
  "+QMTENAUTH": (at) => (at !== 4 ? "words" : undefined),
  "+QMTTENAUTH": (at) => (at !== 4 ? "words" : undefined),
  "+CGDCONT": (at) => (at === 2 || at === 3 ? "words" : undefined),
  "+QDNS": (at) => (at >= 1 ? "words" : undefined),
  "+NPING": (at) => (at === 0 ? "words" : undefined),
  "+CGAUTH": (at) => (at >= 2 ? "words" : undefined),
  ...Object.fromEntries(
    Object.entries(messagePlaces).map(([name, { data }]) => [name, (at: number) => (at === data ? "hex" : undefined)]),
  ),
};

const configured: Readonly<Record<string, (at: number) => Rule>> = {
  will: (at) => (at === 5 ? "words" : at === 6 ? "message" : undefined),
  aliauth: (at) => (at >= 2 ? "words" : undefined),
};

/** A command line of the host without what tells who and where it is; as long as before. */
export function redactedCommand(line: Octets, names: Pseudonyms): Octets {
  let redacted = line;
  for (const command of parseLine(line) ?? []) {
    if (command.kind !== "extended" || command.form !== "write") continue;
    const { tokens, name } = command;
    const first = tokens[0]?.text ?? "";
    for (const [at, token] of tokens.entries()) {
      const text = replaced(rules[name]?.(at, first), token.text, names);
      redacted = spliced(redacted, token, text);
    }
  }
  return names.everywhere(withoutNumbers(redacted, names));
}

/** A text in the place of a token's, inside its quotes. */
function spliced(line: Octets, { kind, text, start }: Token, replacement: Octets): Octets {
  const from = kind === "quoted" ? start + 1 : start;
  return line.slice(0, from) + replacement + line.slice(from + text.length);
}

function replaced(rule: Rule, text: Octets, names: Pseudonyms): Octets {
  if (rule === undefined || isAddress(text)) return text; // all addresses are replaced together
  if (rule === "words") return names.ofWords(text);
  if (rule === "cell") return names.ofCell(text);
  if (rule === "hex") return names.of("hex", text.replaceAll("**", "2A")); // as a line shows digits that bytes hide
  return rule === "message" ? names.ofText(text) : names.of(rule, text);
}

const isAddress = (text: Octets): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text);

/** Answers and URCs of which a part is replaced: what stands before it, and how it is replaced. */
const answers: readonly (readonly [pattern: RegExp, rule: Exclude<Rule, undefined>])[] = [
  [/(?<=^\+QMTRECV: ?\d+,\d+,")[^"]*(?=")/, "words"],
  [/(?<=^\+QMTRECV: ?\d+,\d+,"[^"]*",).*/s, "message"],
  [/(?<=^\+QMTOPEN: ?\d+,")[^"]*/, "words"],
  [/(?<=^\+QMTCFG: ?"aliauth",").*/, "words"],
  [/(?<=^\+QMTCFG: ?"will",\d+,\d,\d,")[^"]*/, "words"],
  [/(?<=^\+QMTCFG: ?"will",\d+,\d,\d,"[^"]*",")[^"]*/, "message"],
  [/(?<=^\+CGDCONT: ?\d+,"[^"]*",")[^"]*/, "words"],
  [/(?<=^\+CEREG: ?(?:\d,)?\d,")[\da-f]+/i, "hex"],
  [/(?<=^\+CEREG: ?(?:\d,)?\d,"[\da-f]+",")[\da-f]+/i, "hex"],
  [/(?<=^\+NSONMI: ?\d,(?:[\d.]+,\d+,)?\d+,)[\da-f]+$/i, "hex"],
  [/(?<=^(?:\+NSORF: ?)?\d,[\d.]{7,},\d+,\d+,)[\da-f]+(?=,\d+$)/i, "hex"],
  [/(?<=^(?:NUESTATS: ?"CELL",\d+,|Cell ID: ?))\d+/i, "cell"],
];

/** A line of the module without what tells who and where it is; as long as before. `asked` is the host's line before it. */
export function redactedAnswer(line: Octets, asked: Octets, names: Pseudonyms): Octets {
  if (/^at/i.test(line)) return redactedCommand(line, names); // an echo
  if (names.knows("text", line)) return names.ofText(line); // the echo of a payload, or a further line of one
  if (/^at\+cgsn(=0)?$/i.test(asked) && /^[\w-]{5,}$/.test(line) && line !== "ERROR") return names.of("word", line);
  const redacted = answers.reduce(
    (all, [pattern, rule]) => all.replace(pattern, (text) => replaced(rule, text, names)),
    line,
  );
  return names.everywhere(withoutNumbers(redacted, names));
}

/** Text without addresses, and without numbers as long as those of devices and cards. */
export const withoutNumbers = (text: Octets, names: Pseudonyms): Octets =>
  text
    .replace(/(?<!\d)\d{15,20}(?!\d)/g, (number) => names.of(number.length === 15 ? "imei" : "digits", number))
    .replace(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g, (address) =>
      isOwn(address) ? address : names.of("address", address),
    );

/** Addresses that every machine has. */
const isOwn = (address: Octets): boolean => address === "0.0.0.0" || address.startsWith("127.");
