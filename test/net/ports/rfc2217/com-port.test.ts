import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ComPort, type ComPortAct } from "../../../../net/ports/rfc2217/com-port.js";

const tied = { cts: true, dsr: true, dcd: true, ri: false };
const hex = (bytes: readonly number[]): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Answers in hexadecimal without the option; other acts as they are. */
const textOf = (acts: readonly ComPortAct[]): unknown[] =>
  acts.map((act) => {
    if (act.kind === "answer") return hex(act.bytes.slice(1));
    return act.kind === "change" ? act.change : act.kind;
  });

/** The subject, the client's messages, and the acts. */
const cases: readonly (readonly [what: string, messages: readonly string[], acts: readonly unknown[]])[] = [
  ["signature", ["00"], [`64${Buffer.from("bc28-emu").toString("hex")}`]],
  ["the client's signature", ["00 6869"], []],
  ["speed requested", ["01 00000000"], ["6500002580"]],
  ["speed set", ["01 0001c200"], [{ kind: "speed", speed: 115_200 }, "650001c200"]],
  ["the first speed is reported", ["01 00002580"], [{ kind: "speed", speed: 9600 }, "6500002580"]],
  [
    "the same speed set again",
    ["01 0001c200", "01 0001c200"],
    [{ kind: "speed", speed: 115_200 }, "650001c200", "650001c200"],
  ],
  ["an incomplete speed is a request", ["01 0001"], ["6500002580"]],
  ["data bits", ["02 00", "02 07", "02 00"], ["6608", "6607", "6607"]],
  ["unknown data bits", ["02 09"], ["6608"]],
  ["parity", ["03 00", "03 03", "03 06"], ["6701", "6703", "6703"]],
  ["stop bits", ["04 00", "04 02", "04 04"], ["6801", "6802", "6802"]],
  ["flow control", ["05 00", "05 03", "05 00", "05 0d"], ["6901", "6903", "6903", "6910"]],
  ["inbound flow control", ["05 0f", "05 0d", "05 00"], ["690f", "690f", "6901"]],
  ["unknown flow control", ["05 11", "05 12", "05 13"], ["6901", "690e", "6901"]],
  ["break", ["05 04", "05 05", "05 04", "05 05", "05 06"], ["6906", { kind: "break" }, "6905", "6905", "6905", "6906"]],
  ["DTR", ["05 07", "05 09", "05 07"], ["6908", { kind: "lines", lines: { dtr: false, rts: true } }, "6909", "6909"]],
  ["RTS", ["05 0b", "05 0c", "05 0a"], ["690b", { kind: "lines", lines: { dtr: true, rts: false } }, "690c", "690c"]],
  ["line state", ["06"], ["6a60"]],
  ["modem state", ["07"], ["6bb0"]],
  ["suspend and resume", ["08", "09"], ["suspend", "resume"]],
  ["masks", ["0a 10", "0b 10", "07"], ["6e10", "6f10", "6b10"]],
  ["purge", ["0c 01", "0c 02", "0c 03", "0c 04", "0c"], ["purge", "7001", "7002", "purge", "7003"]],
  ["unknown messages", ["0d", "64", "ff 00", ""], []],
];

describe("RFC 2217", () => {
  test.each(cases)("%s", (_, messages, expected) => {
    const port = new ComPort(tied);
    expect(messages.flatMap((text) => textOf(port.receive(bytesOf(`2c ${text}`))))).toEqual(expected);
  });

  test("a subnegotiation of another option is ignored", () => {
    expect(new ComPort(tied).receive(bytesOf("1801"))).toEqual([]);
  });

  test("lines are notified at the start, and when they change, with what has changed", () => {
    const port = new ComPort(tied);
    expect(port.setLines({ ...tied, cts: false })).toEqual([]);
    expect(textOf(port.begin())).toEqual(["6ba0"]);
    expect(port.begin()).toEqual([]);
    expect(port.setLines({ ...tied, cts: false })).toEqual([]);
    expect(textOf(port.setLines(tied))).toEqual(["6bb1"]);
    expect(textOf(port.setLines({ ...tied, ri: true }))).toEqual(["6bf0"]);
    expect(textOf(port.setLines(tied))).toEqual(["6bb4"]); // RI counts only when it goes off
  });

  test("lines outside the client's mask are not notified", () => {
    const port = new ComPort(tied);
    port.begin();
    port.receive(bytesOf("2c 0b 20"));
    expect(port.setLines({ ...tied, cts: false })).toEqual([]);
    expect(textOf(port.setLines({ ...tied, dsr: false }))).toEqual(["6b00"]);
  });

  test("any bytes are accepted", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), (subnegotiations) => {
        const port = new ComPort(tied);
        for (const bytes of subnegotiations) {
          for (const act of port.receive(Uint8Array.of(44, ...bytes))) {
            if (act.kind === "answer") expect(act.bytes.length).toBeLessThan(16);
          }
        }
      }),
    );
  });
});
