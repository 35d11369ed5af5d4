import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Bench, type Stage, type Version } from "./bench.js";
import {
  type BrokerInput,
  unexpectedAnswers,
  validPackets,
  violations,
  violationsWhileConnected,
} from "./broker-input.js";
import { hex, type ModuleLink } from "./hostile-broker.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  await bench.close(); // so that the other tests do not fail, too
  bench = await Bench.start();
});
afterAll(() => bench.close());

const versions: readonly Version[] = [3, 4];

/** How the bytes arrive. */
const chunkings: { readonly [name: string]: (link: ModuleLink, bytes: Buffer) => Promise<void> | void } = {
  whole: (link, bytes) => link.send(bytes),
  "byte by byte": (link, bytes) => link.sendByteByByte(bytes),
  "with more after it": (link, bytes) => link.send(bytes, "20 02 00 00", "30 03 0001 74", "ff ff ff"),
};

/** The lines for the host when the link is dropped. note 5.1 */
const drops: { readonly [S in Stage]: readonly string[] } = {
  open: ["+QMTSTAT: 0,1"],
  connecting: ["+QMTSTAT: 0,1", "+QMTCONN: 0,2"],
  connected: ["+QMTSTAT: 0,1"],
};

const appliesTo =
  (version: Version) =>
  (input: BrokerInput): boolean =>
    input.version === undefined || input.version === version;
// Before CONNECT there is no version yet, and the stricter rules count.
const early = [...validPackets, ...violations.filter(appliesTo(4))];

async function expectDropped(stage: Stage, version: Version, bytes: string, cut: string): Promise<void> {
  const link = await bench.reach(stage, version);
  await chunkings[cut]?.(link, hex(bytes));
  await bench.host.expectLines(...drops[stage]);
  expect(await link.untilGone()).toBe("reset");
  bench.host.expectResponsive();
}

describe.each(Object.keys(chunkings))("%s", (cut) => {
  describe("before CONNECT everything drops the link", () => {
    test.each(early)("$what", async ({ bytes }) => {
      await expectDropped("open", 4, bytes, cut);
      await bench.expectUnharmed();
    });
  });

  describe.each(versions)("before CONNACK everything else drops the link, version %i", (version) => {
    const inputs = [...validPackets, ...violations].filter(({ what }) => what !== "CONNACK").filter(appliesTo(version));
    test.each(inputs)("$what", async ({ bytes }) => {
      await expectDropped("connecting", version, bytes, cut);
      await bench.expectUnharmed();
    });
  });

  describe.each(versions)("while connected with requests in flight, version %i", (version) => {
    test.each([...violations, ...violationsWhileConnected].filter(appliesTo(version)))("$what", async ({ bytes }) => {
      const link = await inFlight(version);
      await chunkings[cut]?.(link, hex(bytes));
      await bench.host.expectLines(...drops.connected); // and no line for what was in flight
      expect(await link.untilGone()).toBe("reset");
      await bench.expectUnharmed();
    });
  });
});

/** Connects, with publishes 1 (QoS 1) and 2 (QoS 2), subscription 3 to two topics and unsubscription 4 pending. */
async function inFlight(version: Version): Promise<ModuleLink> {
  const link = await bench.reach("connected", version);
  await bench.publish(1, 1, "a");
  await bench.publish(2, 2, "b");
  await bench.host.command('AT+QMTSUB=0,3,"s",0,"u",1', "OK");
  await bench.host.command('AT+QMTUNS=0,4,"v"', "OK");
  for (const type of ["32", "34", "82", "a2"]) expect((await link.nextPacket()).slice(0, 2)).toBe(type);
  return link;
}

describe.each(versions)("unexpected answers complete nothing, version %i", (version) => {
  test("one after the other, then the right answers, then some of them again", async () => {
    const link = await inFlight(version);
    for (const { bytes, answer } of unexpectedAnswers.filter(appliesTo(version))) {
      link.send(bytes, "30 06 0001 6d 6e6578"); // the message after it shows that it gave no line
      await bench.host.expectLines('+QMTRECV: 0,0,"m",nex');
      if (answer !== undefined) expect(await link.nextPacket()).toBe(answer);
    }
    expect(link.packets).toEqual([]);
    link.send("40 02 0001", "50 02 0002", "90 04 0003 00 80", "b0 02 0004");
    await bench.host.expectLines("+QMTPUB: 0,1,0", "+QMTSUB: 0,3,0,0,128", "+QMTUNS: 0,4,0");
    expect(await link.nextPacket()).toBe("62020002");
    link.send("40 02 0002", "90 03 0002 00", "50 02 0002"); // a late PUBREC has PUBREL resent
    expect((await link.nextPacket()).slice(2)).toBe("020002");
    link.send("70 02 0002");
    await bench.host.expectLines("+QMTPUB: 0,2,0");
    link.send("40 02 0001", "70 02 0002", "90 04 0003 00 80", "b0 02 0004", "30 06 0001 6d 656e64");
    await bench.host.expectLines('+QMTRECV: 0,0,"m",end');
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    expect(await link.nextPacket()).toBe("e000");
    await bench.expectUnharmed();
  });
});

describe("a CONNACK that refuses", () => {
  test.each([1, 2, 3, 4, 5])("with %i", async (code) => {
    const link = await bench.reach("connecting");
    link.send(Uint8Array.of(0x20, 2, 0, code), "20 02 00 00", "30 03 0001 74");
    await bench.host.expectLines(`+QMTCONN: 0,0,${code}`, "+QMTSTAT: 0,4");
    await link.untilGone();
    await bench.expectUnharmed();
  });

  test.each(["20 02 01 05", "20 02 01 01"])("with session present (%s) drops the link", async (bytes) => {
    await expectDropped("connecting", 4, bytes, "whole");
    await bench.expectUnharmed();
  });

  test("one that accepts, with session present after a clean session", async () => {
    await expectDropped("connecting", 4, "20 02 01 00", "whole");
    await bench.expectUnharmed();
  });
});

describe("repeated messages", () => {
  test("QoS 1 is reported each time, QoS 2 once until its PUBREL", async () => {
    const link = await bench.reach("connected");
    const [one, two] = ["32 06 0001 74 0009 61", "34 06 0001 74 0009 62"];
    link.send(one, "3a 06 0001 74 0009 61", two, two, "3c 06 0001 74 0009 62", "62 02 0009", "62 02 0009", two);
    const line = (text: string) => `+QMTRECV: 0,9,"t",${text}`;
    await bench.host.expectLines(line("a"), line("a"), line("b"), line("b"));
    const answers = ["40020009", "40020009", "50020009", "50020009", "50020009", "70020009", "70020009", "50020009"];
    for (const answer of answers) expect(await link.nextPacket()).toBe(answer);
    await bench.host.command("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await link.untilGone();
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });
});

describe("the link ends within a packet", () => {
  const packet = hex("32 0c 0003 742f74 0007 68656c6c6f");
  const ends = ["end", "reset"] as const;
  const stages: readonly Stage[] = ["open", "connecting", "connected"];
  describe.each(ends)("by %s", (how) => {
    describe.each(stages)("%s", (stage) => {
      test.each([0, 1, 2, 3, 5, 8, 13])("after %i bytes", async (count) => {
        const link = await bench.reach(stage);
        if (count > 0) link.send(packet.subarray(0, count));
        if (how === "end") link.socket.end();
        else link.socket.resetAndDestroy();
        await bench.host.expectLines(...drops[stage]);
        if (how === "end") await link.untilGone(); // half-closed: the module closes its half
        await bench.expectUnharmed();
      });
    });
  });
});
