import { expect, test } from "vitest";
import { cmeErrors } from "../../at/errors.js";

/** note 4, table 1. */
const general = [3, 4, 23, 30, 50, 51, 52, 159];
/** note 4, table 2. */
const messageService = [
  300, 301, 302, 303, 304, 305, 310, 311, 312, 313, 314, 315, 316, 317, 318, 320, 321, 322, 330, 331, 332, 340, 500,
];
/** AT manual: the general errors that are not in the note, and the vendor's own. There is no 519. */
const vendors = [5, 16, 100, ...Array.from({ length: 26 }, (_, i) => 512 + i).filter((number) => number !== 519)];

const errors = Object.values(cmeErrors);

test("the numbers are exactly those of the note and the AT manual", () => {
  const numbers = errors.map(([number]) => number);
  expect(numbers).toEqual([...general, ...messageService, ...vendors].sort((one, other) => one - other));
});

/** note 4, word for word. */
const words: Readonly<Record<number, string>> = {
  3: "Operation not allowed",
  4: "Operation not supported",
  23: "Memory failure",
  30: "No network service",
  50: "Incorrect parameters",
  51: "Command implemented but currently disabled",
  52: "Command aborted by user",
  159: "Uplink busy/flow control",
  300: "ME failure",
  301: "SMS service of ME reserved",
  302: "Operation not allowed",
  303: "Operation not supported",
  304: "Invalid PDU mode parameter",
  305: "Invalid text mode parameter",
  310: "USIM not inserted",
  311: "USIM PIN required",
  312: "PH-USIM PIN required",
  313: "USIM failure",
  314: "USIM busy",
  315: "USIM wrong",
  316: "USIM PUK required",
  317: "USIM PIN2 required",
  318: "USIM PUK2 required",
  320: "Memory failure",
  321: "Invalid memory index",
  322: "Memory full",
  330: "SMSC address unknown",
  331: "No network service",
  332: "Network timeout",
  340: "No +CNMA acknowledgement expected",
  500: "Unknown error",
};

test("errors of the note have its words", () => {
  const said = errors.filter(([number]) => number in words);
  expect(Object.fromEntries(said)).toEqual(words);
});

test("the words of every error are one line", () => {
  for (const [, said] of errors) expect(said).toMatch(/^[A-Z][\x20-\x7e]*[A-Za-z0-9]$/);
});
