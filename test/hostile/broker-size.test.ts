import { afterEach, describe, expect, test } from "vitest";
import { Bench } from "./bench.js";
import { hex } from "./hostile-broker.js";

let bench: Bench;
afterEach(() => bench.close());

/** A QoS 0 PUBLISH to `t` that is `total` bytes long, header included. */
function publishOf(total: number): Buffer {
  for (let lengthBytes = 1; lengthBytes <= 4; lengthBytes += 1) {
    const remaining = total - 1 - lengthBytes;
    const length = lengthField(remaining);
    if (length.length !== lengthBytes) continue;
    return Buffer.concat([hex("30"), length, hex("0001 74"), Buffer.alloc(remaining - 3, "x")]);
  }
  throw new Error(`no packet is ${total} bytes long`);
}

function lengthField(remaining: number): Buffer {
  const digits: number[] = [];
  for (let rest = remaining; digits.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    digits.push((rest % 128) + (rest >= 128 ? 128 : 0));
  }
  return Buffer.from(digits);
}

const payloadOf = (packet: Buffer): string => packet.subarray(packet.indexOf(Buffer.of(0, 1, 0x74)) + 3).toString();

describe("the longest packet that is accepted", () => {
  test.each([131, 1000, 65_536, 100_000, 2_500_000])("maxInbound=%i", async (maxInbound) => {
    bench = await Bench.start({ quirks: { maxInbound } });
    const link = await bench.reach("connected");
    const packet = publishOf(maxInbound);
    expect(packet.length).toBe(maxInbound);
    link.send(packet, packet);
    await bench.host.expectLines(`+QMTRECV: 0,0,"t",${payloadOf(packet)}`, `+QMTRECV: 0,0,"t",${payloadOf(packet)}`);
    link.send(publishOf(maxInbound + 1).subarray(0, 5)); // dropped before the rest has come
    await bench.host.expectLines("+QMTSTAT: 0,1");
    expect(await link.untilGone()).toBe("reset");
    await bench.expectUnharmed();
  });

  test("during a payload entry, while other messages wait", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected");
    await bench.host.command('AT+QMTPUB=0,0,0,0,"t"', ">");
    const packet = publishOf(65_536);
    for (let count = 0; count < 20; count += 1) link.send(packet);
    link.send(publishOf(65_537));
    bench.host.send("\x1b");
    const line = `+QMTRECV: 0,0,"t",${payloadOf(packet)}`;
    await bench.host.expectLines("OK", ...Array.from({ length: 20 }, () => line), "+QMTSTAT: 0,1");
    await bench.expectUnharmed();
  });
});
