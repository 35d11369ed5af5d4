import { describe, expect, test } from "vitest";
import type { Effect, LinkEvent } from "../../emulator/io.js";
import { Modem } from "../../emulator/modem.js";
import { bc28 } from "../../emulator/profile/bc28.js";
import { hex } from "./hostile-broker.js";

/** A connected module, whose link is the test. */
function connected() {
  const modem = new Modem({ profile: bc28 });
  const host = (text: string, now = 0): readonly Effect[] =>
    modem.tell({ from: "host", bytes: Buffer.from(text, "latin1") }, now);
  const link = (event: LinkEvent, now = 0): readonly Effect[] => modem.tell({ from: "link", link: 1, event }, now);
  const broker = (bytes: Uint8Array): readonly Effect[] => link({ kind: "bytes", bytes });
  modem.powerUp(0);
  host('AT+QMTOPEN=0,"broker.example",1883\r');
  link({ kind: "up" });
  host('AT+QMTCONN=0,"c"\r');
  broker(hex("20 02 00 00"));
  return { modem, host, link, broker };
}

/** The output for the host, without +QMTRECV lines. */
const textWithoutMessages = (effects: readonly Effect[]): string =>
  effects
    .map((effect) => (effect.to === "host" ? Buffer.from(effect.bytes).toString("latin1") : ""))
    .join("")
    .replace(/\r\n\+QMTRECV[^\r]*\r\n/g, "");

describe("what is queued for a broker that does not read is bounded (decided)", () => {
  // PUBREC for unknown ids is answered with PUBREL, QoS 1 with PUBACK, PUBREL with PUBCOMP: four bytes each.
  test.each([
    ["PUBREC", "50 02 0009"],
    ["PUBREL", "62 02 0009"],
    ["PUBLISH QoS 1", "32 05 0001 74 0009"],
  ])("%s: the module stops reading", (_, packet) => {
    const { broker } = connected();
    const bytes = Buffer.concat(Array.from({ length: 40_000 }, () => hex(packet)));
    const isPause = (effect: Effect): boolean => effect.to === "link" && effect.act.kind === "pause";
    expect(broker(bytes).some(isPause)).toBe(true);
  });
});

describe("it is known what was handed to TCP (note 3.2.9)", () => {
  // A second payload entry holds 64 KiB of messages back; the report that the first publish was sent waits after them.
  test("also while the broker is not read because much waits for the host", () => {
    const { modem, host, link, broker } = connected();
    host('AT+QMTPUB=0,5,0,0,"t",1\ra');
    host('AT+QMTPUB=0,6,0,0,"t",1\r');
    const message = Buffer.concat([hex("30 b3ea01 0001 74"), Buffer.alloc(30_000, "x")]);
    broker(Buffer.concat([message, message, message]));
    link({ kind: "sent", total: 1000 });
    modem.tell({ from: "clock" }, 10_000);
    const text = textWithoutMessages(host("b", 10_000));
    expect(text).toContain("\r\n+QMTPUB: 0,5,0\r\n");
    expect(text).not.toContain("\r\n+QMTPUB: 0,5,2\r\n");
  });
});
