import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientPackets } from "./conversation/client-packet.js";
import { bytesOf, textOf } from "./conversation/escapes.js";
import { expectedHostBytes, hostInput, hostLines } from "./conversation/host-text.js";
import { blocksOf } from "./conversation/script.js";
import { serverPacket } from "./conversation/server-packet.js";
import { failureText, play } from "./conversation.js";

const blockOf = (...lines: readonly string[]) => {
  const [block] = blocksOf("example.md", ["# Example", "```talk", ...lines, "```"].join("\n"));
  if (block === undefined) throw new Error("no block");
  return block;
};

/** The output of the steps that are not as expected. */
const differences = (...lines: readonly string[]) =>
  play(blockOf(...lines), "whole").differences.map(({ actual }) => actual);

describe("a conversation fails", () => {
  test("not where everything is as expected", () => {
    expect(differences("host> AT", "host< OK")).toEqual([]);
  });
  test("at output that no line expects", () => {
    expect(differences("host> AT+CSQ", "host< OK")).toEqual([["host>   AT+CSQ", "host<   +CSQ:25,99", "host<   OK"]]);
  });
  test("where an expected line does not come", () => {
    expect(differences("host> AT\\", "host< OK")).toEqual([["host>   AT\\"]]);
  });
  test("at another order over the channels", () => {
    const lines = [
      "include: opened",
      'host> AT+QMTCONN=0,"c"',
      'broker< CONNECT 3 "c" clean keepalive 120',
      "host< OK",
    ];
    expect(differences(...lines)).toHaveLength(1);
  });
  test("at another framing of the same text", () => {
    expect(differences("host> AT+CSQ", "host< +CSQ:25,99 / OK")).toHaveLength(1);
  });
  test("at output that comes too early", () => {
    const lines = ["include: connected", "clock> 121 s", "broker< PINGREQ"];
    expect(differences(...lines)).toEqual([["clock>  120 s", "broker< PINGREQ", "clock>  1 s"]]);
  });
  test("at output that comes too late", () => {
    expect(differences("include: connected", "clock> 119 s", "broker< PINGREQ")).toHaveLength(1);
  });
  test("at an answer that takes too long", () => {
    const late = blockOf("quirk: answerDelay=301", 'host> AT+QMTCFG="version",0', "clock> 301 ms", "host< OK");
    expect(() => play(late, "whole")).toThrow("300 ms are allowed");
  });
  test("at a line that is none of a conversation", () => {
    expect(() => differences("hots> AT")).toThrow("example.md:3");
    expect(() => differences("host> AT", "clock< 1 s")).toThrow("example.md:4");
    expect(() => differences("clock> soon")).toThrow("example.md:3");
    expect(() => differences("network> unresolved")).toThrow("no such call");
  });
  test("at a directive with an unknown value", () => {
    expect(() => differences("timing: slow")).toThrow("slow");
    expect(() => differences("seed: x")).toThrow("seed");
    expect(() => differences("epoch: tomorrow")).toThrow("epoch");
    expect(() => differences("surroundings: wind=3")).toThrow("wind");
  });
  test("at an unexpected line of the log, where `hear: trace` shows it", () => {
    const [host, log] = [
      ["host> AT", "host< OK"],
      ["trace< host> AT<0D>", "trace< host< OK"],
    ];
    expect(differences("hear: trace", ...host, ...log)).toEqual([]);
    expect(differences("hear: trace", ...host)).toEqual([
      ["host>   AT", "host<   OK", "trace<  host> AT<0D>", "trace<  host< OK"],
    ]);
    expect(differences("hear: trace", ...host, ...log.toReversed())).toHaveLength(1);
    expect(differences(...host, ...log)).toHaveLength(1);
    expect(() => differences("hear: all", ...host)).toThrow("all");
    expect(() => differences("trace> AT")).toThrow("only heard");
  });
  test("at another form than the expected one", () => {
    const lines = [
      'host> AT+QMTENAUTH="p","d","p@d","s"',
      "host< OK",
      'network< post "http://gz.auth-device-iot.tencentcloudapi.com:80/token" a=1',
    ];
    expect(differences(...lines)).toHaveLength(1);
  });
  test("and tells the place, the expected lines and the actual ones", () => {
    const [difference] = play(blockOf("host> AT", "host< ERROR"), "whole").differences;
    if (difference === undefined) throw new Error("no difference");
    const text = failureText(difference, "whole");
    for (const part of ["example.md:3", "host>   AT", "host<   ERROR", "host<   OK"]) expect(text).toContain(part);
  });
});

describe("escapes", () => {
  test.each([
    ["<CR><LF><Ctrl+Z>", "0d0a1a"],
    ["<1F>é<a*3>", "1fc3a9616161"],
    ["<host_name>", "3c686f73745f6e616d653e"],
    ["< *2>", "2020"],
  ])("%s", (text, bytes) => {
    expect(bytesOf(text).toString("hex")).toBe(bytes);
  });
  test("the text of any bytes is parsed as the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesOf(textOf(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
  });
  test("and so is that of any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", ">", "C", "R", "1", "F", "*", "9", "/", " ", "é") }),
        (text) => {
          expect(bytesOf(textOf(Buffer.from(text)))).toEqual(Buffer.from(text));
        },
      ),
    );
  });
});

describe("the host's lines", () => {
  test("the lines of any output are parsed as the same output", () => {
    const part = fc.constantFrom("\r\n", "\r", "\n", ">", "OK", "+CSQ:25,99", " ", "a", "\x1a");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const output = Buffer.from(parts.join(""));
        expect(Buffer.concat(hostLines(output).map(expectedHostBytes))).toEqual(output);
      }),
    );
  });
  test.each([
    ["AT", "AT\r"],
    ["AT\\", "AT"],
    ["AT<LF>", "AT\n"],
    ["hello<Ctrl+Z>", "hello\x1a"],
    ["0x41 54", "AT"],
    ["", "\r"],
  ])("%s", (text, bytes) => {
    expect(hostInput(text).toString("latin1")).toBe(bytes);
  });
});

describe("packets", () => {
  test.each([
    ["CONNACK 0", "20020000"],
    ["CONNACK 0 present", "20020100"],
    ['PUBLISH qos 0 "t" "hi"', "30050001746869"],
    ['PUBLISH 7 qos 2 dup retain "t" "hi"', "3d0700017400076869"],
    ["PUBREL 7", "62020007"],
    ["PUBREL 7 dup", "6a020007"],
    ["SUBACK 1 2 128", "900400010280"],
    ["UNSUBACK 258", "b0020102"],
    ["PINGRESP", "d000"],
  ])("of a server: %s", (notation, hex) => {
    expect(serverPacket(notation).toString("hex")).toBe(hex);
  });
  test.each([
    ['CONNECT 4 "c" clean keepalive 10', "100d00044d5154540402000a000163"],
    ['PUBLISH 7 qos 1 dup "t" "x"', "3a0600017400" + "0778"],
    ["PUBREL 7", "62020007"],
    ["PUBREL 7 dup", "6a020007"],
    ['SUBSCRIBE 1 "t" 2', "82060001000174" + "02"],
    ['UNSUBSCRIBE 1 dup "t"', "aa050001000174"],
    ["PINGREQ", "c000"],
    ["0x60020007", "60020007"], // PUBREL without its flag
    ["0x40020000", "40020000"], // id 0
    ["0xc00100", "c00100"],
    ["0xc08000", "c08000"], // a length that is longer than it must be
    ["0x82020001", "82020001"], // no topic
    ["0x20020000", "20020000"], // a server's
    ["0x380400017478", "380400017478"], // DUP with QoS 0
  ])("of a client: %s", (notation, hex) => {
    const { packets, rest } = clientPackets(Buffer.from(`${hex}c0`, "hex"));
    expect(packets.map(({ text }) => text)).toEqual([notation]);
    expect(rest.toString("hex")).toBe("c0");
  });
});
