import { describe, expect, test } from "vitest";
import { type Dress, type FinalResult, finalResult, information, unsolicited } from "../../at/format.js";

const dress = (verbose: boolean, cmee: Dress["cmee"] = 0): Dress => ({ verbose, cmee });

describe("final results", () => {
  test.each<[result: FinalResult, dress: Dress, octets: string]>([
    ["OK", dress(true), "\r\nOK\r\n"],
    ["OK", dress(false), "0\r"], // V.250 6.2.6
    ["ERROR", dress(true), "\r\nERROR\r\n"],
    ["ERROR", dress(true, 1), "\r\nERROR\r\n"],
    ["ERROR", dress(true, 2), "\r\nERROR\r\n"],
    ["ERROR", dress(false, 1), "4\r"], // V.250 6.2.6
    ["incorrectParameters", dress(true, 0), "\r\nERROR\r\n"], // note 4
    ["incorrectParameters", dress(true, 1), "\r\n+CME ERROR: 50\r\n"], // note 4
    ["incorrectParameters", dress(true, 2), "\r\n+CME ERROR: Incorrect parameters\r\n"],
    ["incorrectParameters", dress(false, 0), "4\r"],
    ["incorrectParameters", dress(false, 1), "\r\n+CME ERROR: 50\r\n"], // it has no number of its own
    ["incorrectParameters", dress(false, 2), "\r\n+CME ERROR: Incorrect parameters\r\n"],
  ])("%s in %o", (result, worn, octets) => expect(finalResult(result, worn)).toBe(octets));
});

describe("information", () => {
  test.each<[lines: readonly string[], dress: Dress, octets: string]>([
    [[], dress(true), ""],
    [["+CSQ:25,99"], dress(true), "\r\n+CSQ:25,99\r\n"],
    [["a", "b", "c"], dress(true), "\r\na\r\nb\r\nc\r\n"], // AT manual: one block
    [[""], dress(true), "\r\n\r\n"],
    [[], dress(false), ""],
    [["a", "b"], dress(false), "a\r\nb\r\n"], // V.250 6.2.6
  ])("%j in %o", (lines, worn, octets) => expect(information(lines, worn)).toBe(octets));
});

test("an unsolicited line is framed", () => {
  expect(unsolicited("+QMTSTAT: 0,1")).toBe("\r\n+QMTSTAT: 0,1\r\n");
});
