import { describe, expect, test } from "vitest";
import { type FinalResult, finalResult, information, type ResponseFormat, unsolicited } from "../../at/format.js";

const format = (verbose: boolean, cmee: ResponseFormat["cmee"] = 0): ResponseFormat => ({ verbose, cmee });

describe("final results", () => {
  test.each<[result: FinalResult, format: ResponseFormat, octets: string]>([
    ["OK", format(true), "\r\nOK\r\n"],
    ["OK", format(false), "0\r"], // V.250 6.2.6
    ["ERROR", format(true), "\r\nERROR\r\n"],
    ["ERROR", format(true, 1), "\r\nERROR\r\n"],
    ["ERROR", format(true, 2), "\r\nERROR\r\n"],
    ["ERROR", format(false, 1), "4\r"], // V.250 6.2.6
    ["incorrectParameters", format(true, 0), "\r\nERROR\r\n"], // note 4
    ["incorrectParameters", format(true, 1), "\r\n+CME ERROR: 50\r\n"], // note 4
    ["incorrectParameters", format(true, 2), "\r\n+CME ERROR: Incorrect parameters\r\n"],
    ["incorrectParameters", format(false, 0), "4\r"],
    ["incorrectParameters", format(false, 1), "\r\n+CME ERROR: 50\r\n"], // it has no number of its own
    ["incorrectParameters", format(false, 2), "\r\n+CME ERROR: Incorrect parameters\r\n"],
  ])("%s in %o", (result, worn, octets) => expect(finalResult(result, worn)).toBe(octets));
});

describe("information", () => {
  test.each<[lines: readonly string[], format: ResponseFormat, octets: string]>([
    [[], format(true), ""],
    [["+CSQ:25,99"], format(true), "\r\n+CSQ:25,99\r\n"],
    [["a", "b", "c"], format(true), "\r\na\r\nb\r\nc\r\n"], // AT manual: one block
    [[""], format(true), "\r\n\r\n"],
    [[], format(false), ""],
    [["a", "b"], format(false), "a\r\nb\r\n"], // V.250 6.2.6
  ])("%j in %o", (lines, worn, octets) => expect(information(lines, worn)).toBe(octets));
});

test("an unsolicited line is framed", () => {
  expect(unsolicited("+QMTSTAT: 0,1")).toBe("\r\n+QMTSTAT: 0,1\r\n");
});
