import { afterEach, describe, expect, test } from "vitest";
import { Bench } from "./bench.js";
import { hex, type ModuleLink } from "./hostile-broker.js";

let bench: Bench;
afterEach(() => bench.close());

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

describe("a flood of 100 000 messages", () => {
  const count = 100_000;
  const block = 500;
  const filler = ".".repeat(200);
  const payload = (n: number): string => `${String(n).padStart(6, "0")}${filler}`;
  const message = (n: number): Buffer => Buffer.concat([hex("30 d101 0001 74"), Buffer.from(payload(n))]);
  const blocks = numbers(0, count / block).map((n) => numbers(n * block, (n + 1) * block));

  function* pieces(): Generator<Buffer> {
    for (const each of blocks) yield Buffer.concat(each.map(message));
  }

  /** All messages come in order, and the module answers commands in between. */
  async function expectAll(): Promise<void> {
    for (const each of blocks) {
      await bench.host.expectLines(...each.map((n) => `+QMTRECV: 0,0,"t",${payload(n)}`));
      bench.host.expectResponsiveAmid();
    }
  }

  test("while the host reads", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected");
    const flood = link.flood(pieces());
    await expectAll();
    await flood;
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });

  test("during a payload entry: the messages wait in TCP", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected");
    await bench.host.command('AT+QMTPUB=0,7,1,0,"t"', ">");
    const before = process.memoryUsage().arrayBuffers;
    const flood = link.flood(pieces());
    await link.untilStalled();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(12 * 1024 * 1024); // of 21 MB
    expect(bench.host.text).toBe("");
    bench.host.send("load\x1a");
    await bench.host.expectLines("OK");
    await expectAll();
    await flood;
    expect(await link.nextPacket()).toBe(`32090001740007${Buffer.from("load").toString("hex")}`);
    link.send("40 02 0007");
    await bench.host.expectLines("+QMTPUB: 0,7,0");
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });

  test("during a payload entry, and time passes: the link is given up, and what came is reported", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected", 4, ['"keepalive",0,60', '"timeout",0,5,3,0']);
    await bench.host.command('AT+QMTPUB=0,7,1,0,"t"', ">");
    void link.flood(pieces());
    await link.untilStalled();
    bench.clock.pass(60_000);
    expect(await link.nextPacket()).toBe("c000");
    bench.clock.pass(5000); // the PINGRESP would come after the flood
    expect(await link.untilGone()).toBe("reset");
    bench.host.send("load\x1a");
    await bench.host.until("the end of the link", (text) => text.endsWith("\r\n+QMTSTAT: 0,2\r\n"));
    const [answer, ...lines] = bench.host.take().split("\r\n+QMTRECV: 0,0,");
    expect(answer).toBe("\r\n+CME ERROR: 3\r\n");
    expect(lines.map((line) => Number(line.slice(4, 10)))).toEqual(numbers(0, lines.length));
    await bench.expectUnharmed();
  });
});

describe("messages of QoS 2 that are never released", () => {
  test("65 535 of them", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected");
    const ids = numbers(1, 65_536);
    const message = (id: number): readonly number[] => [0x34, 6, 0, 1, 0x74, id >> 8, id & 255, 0x61];
    await link.flood(numbers(0, 128).map((n) => Uint8Array.from(ids.slice(n * 512, n * 512 + 512).flatMap(message))));
    const last = '\r\n+QMTRECV: 0,65535,"t",a\r\n';
    await bench.host.until("the last", (text) => text.endsWith(last), 15_000);
    bench.host.take();
    link.send("34 06 0001 74 0001 61", "34 06 0001 74 ffff 61", "62 02 0001", "34 06 0001 74 0001 61");
    await bench.host.expectLines('+QMTRECV: 0,1,"t",a');
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });
});

describe("a broker that stops reading while the host publishes", () => {
  const length = 1500;
  const size = 1 + 2 + 3 + length;

  /** Publishes with QoS 0 until the module refuses; returns the ids that wait for TCP. */
  async function fillUp(link: ModuleLink): Promise<readonly number[]> {
    const waiting = new Set<number>();
    for (let id = 100, refused = 0; refused < 40; ) {
      bench.host.send(`AT+QMTPUB=0,${id},0,0,"t",${length}\r`);
      const isRefused = bench.host.text.endsWith("\r\n+CME ERROR: 159\r\n");
      if (!isRefused) bench.host.send("x".repeat(length));
      if (!isRefused) waiting.add(id++);
      for (const [, done] of bench.host.take().matchAll(/\+QMTPUB: 0,(\d+),0\r/g)) waiting.delete(Number(done));
      refused = isRefused ? refused + 1 : 0;
      if (isRefused) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(link.bytesReceived).toBeLessThan(1000);
    return [...waiting];
  }

  async function begin(...settings: readonly string[]): Promise<{ caller: ModuleLink; waiting: readonly number[] }> {
    bench = await Bench.start();
    const link = await bench.reach("connected", 4, settings);
    await bench.publish(1, 1, "in flight");
    await link.nextPacket();
    link.socket.pause();
    const waiting = await fillUp(link);
    expect(waiting.length).toBe(Math.ceil(65_536 / size)); // decided: 64 KiB
    for (const qos of [0, 1, 2]) await bench.host.command(`AT+QMTPUB=0,2,${qos},0,"t"`, "+CME ERROR: 159");
    bench.host.expectResponsive();
    return { caller: link, waiting };
  }

  const failures = (ids: readonly number[]): string[] => ids.map((id) => `+QMTPUB: 0,${id},2`);

  test("all publishes that wait end with result 2, then the link", async () => {
    const { waiting } = await begin('"keepalive",0,0', '"timeout",0,10,1,0');
    bench.clock.pass(9999);
    bench.host.expectResponsive();
    bench.clock.pass(1);
    await bench.host.expectLines(...failures(waiting));
    bench.clock.pass(10_000);
    await bench.host.expectLines("+QMTPUB: 0,1,2", "+QMTSTAT: 0,6"); // note 5.1
    await bench.expectUnharmed();
  });

  test("a PINGREQ cannot be sent", async () => {
    const { waiting } = await begin('"keepalive",0,10', '"timeout",0,8,10,0');
    bench.clock.pass(8000);
    await bench.host.expectLines(...failures(waiting));
    bench.clock.pass(60_000);
    await bench.host.expectLines("+QMTSTAT: 0,2");
    await bench.expectUnharmed();
  });

  test.each([
    ["AT+QMTCLOSE=0", "+QMTCLOSE: 0,-1"],
    ["AT+QMTDISC=0", "+QMTDISC: 0,-1"],
  ])("a DISCONNECT cannot be sent: %s", async (command, urc) => {
    const { waiting } = await begin('"keepalive",0,0', '"timeout",0,10,3,0');
    bench.clock.pass(10_000);
    await bench.host.expectLines(...failures(waiting));
    await bench.host.command(command, "OK", urc); // note 3.2.4, 3.2.6
    await bench.expectUnharmed();
  });

  test("it reads again: everything is sent, nothing is reported twice", async () => {
    const { caller: link, waiting } = await begin('"keepalive",0,0', '"timeout",0,10,3,0');
    link.socket.resume();
    await bench.host.expectLines(...waiting.map((id) => `+QMTPUB: 0,${id},0`));
    link.send("40 02 0001");
    await bench.host.expectLines("+QMTPUB: 0,1,0");
    await bench.host.command("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await link.untilGone();
    expect(link.packets.at(-1)).toBe("e000");
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });
});
