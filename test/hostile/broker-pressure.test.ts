import { afterEach, describe, expect, test } from "vitest";
import { Bench } from "./bench.js";
import { type Caller, hex } from "./hostile-broker.js";

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

  /** All of it, in its order, and the module is answered all the time. */
  async function isHeard(): Promise<void> {
    for (const each of blocks) {
      await bench.desk.hears(...each.map((n) => `+QMTRECV: 0,0,"t",${payload(n)}`));
      bench.desk.isAnsweredAmid();
    }
  }

  test("while the host listens", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected");
    const flood = caller.flood(pieces());
    await isHeard();
    await flood;
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });

  test("while the host enters a payload: it waits in TCP", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected");
    await bench.desk.ask('AT+QMTPUB=0,7,1,0,"t"', ">");
    const before = process.memoryUsage().arrayBuffers;
    const flood = caller.flood(pieces());
    await caller.stalled();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(12 * 1024 * 1024); // of 21 MB
    expect(bench.desk.text).toBe("");
    bench.desk.say("load\x1a");
    await bench.desk.hears("OK");
    await isHeard();
    await flood;
    expect(await caller.next()).toBe(`32090001740007${Buffer.from("load").toString("hex")}`);
    caller.say("40 02 0007");
    await bench.desk.hears("+QMTPUB: 0,7,0");
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });

  test("while the host enters a payload, and time passes: the link is given up, and what came is told", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected", 4, ['"keepalive",0,60', '"timeout",0,5,3,0']);
    await bench.desk.ask('AT+QMTPUB=0,7,1,0,"t"', ">");
    void caller.flood(pieces());
    await caller.stalled();
    bench.clock.pass(60_000);
    expect(await caller.next()).toBe("c000");
    bench.clock.pass(5000); // its PINGRESP would stand behind the flood
    expect(await caller.gone()).toBe("reset");
    bench.desk.say("load\x1a");
    await bench.desk.until("the end of the link", (text) => text.endsWith("\r\n+QMTSTAT: 0,2\r\n"));
    const [answer, ...lines] = bench.desk.take().split("\r\n+QMTRECV: 0,0,");
    expect(answer).toBe("\r\n+CME ERROR: 3\r\n");
    expect(lines.map((line) => Number(line.slice(4, 10)))).toEqual(numbers(0, lines.length));
    await bench.isUnharmed();
  });
});

describe("messages of QoS 2 that are never released", () => {
  test("65 535 of them", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected");
    const ids = numbers(1, 65_536);
    const message = (id: number): readonly number[] => [0x34, 6, 0, 1, 0x74, id >> 8, id & 255, 0x61];
    await caller.flood(numbers(0, 128).map((n) => Uint8Array.from(ids.slice(n * 512, n * 512 + 512).flatMap(message))));
    const last = '\r\n+QMTRECV: 0,65535,"t",a\r\n';
    await bench.desk.until("the last", (text) => text.endsWith(last), 15_000);
    bench.desk.take();
    caller.say("34 06 0001 74 0001 61", "34 06 0001 74 ffff 61", "62 02 0001", "34 06 0001 74 0001 61");
    await bench.desk.hears('+QMTRECV: 0,1,"t",a');
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });
});

describe("a broker that stops reading while the host publishes", () => {
  const length = 1500;
  const size = 1 + 2 + 3 + length;

  /** Publishes with QoS 0 until the module takes no more; gives the ids that wait for TCP. */
  async function stuff(caller: Caller): Promise<readonly number[]> {
    const waiting = new Set<number>();
    for (let id = 100, refused = 0; refused < 40; ) {
      bench.desk.say(`AT+QMTPUB=0,${id},0,0,"t",${length}\r`);
      const isRefused = bench.desk.text.endsWith("\r\n+CME ERROR: 159\r\n");
      if (!isRefused) bench.desk.say("x".repeat(length));
      if (!isRefused) waiting.add(id++);
      for (const [, done] of bench.desk.take().matchAll(/\+QMTPUB: 0,(\d+),0\r/g)) waiting.delete(Number(done));
      refused = isRefused ? refused + 1 : 0;
      if (isRefused) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(caller.heard).toBeLessThan(1000);
    return [...waiting];
  }

  async function begin(...settings: readonly string[]): Promise<{ caller: Caller; waiting: readonly number[] }> {
    bench = await Bench.start();
    const caller = await bench.reach("connected", 4, settings);
    await bench.publish(1, 1, "in flight");
    await caller.next();
    caller.socket.pause();
    const waiting = await stuff(caller);
    expect(waiting.length).toBe(Math.ceil(65_536 / size)); // decided: 64 KiB
    for (const qos of [0, 1, 2]) await bench.desk.ask(`AT+QMTPUB=0,2,${qos},0,"t"`, "+CME ERROR: 159");
    bench.desk.isAnswered();
    return { caller, waiting };
  }

  const failures = (ids: readonly number[]): string[] => ids.map((id) => `+QMTPUB: 0,${id},2`);

  test("all that waits ends with result 2, then the link", async () => {
    const { waiting } = await begin('"keepalive",0,0', '"timeout",0,10,1,0');
    bench.clock.pass(9999);
    bench.desk.isAnswered();
    bench.clock.pass(1);
    await bench.desk.hears(...failures(waiting));
    bench.clock.pass(10_000);
    await bench.desk.hears("+QMTPUB: 0,1,2", "+QMTSTAT: 0,6"); // note 5.1
    await bench.isUnharmed();
  });

  test("a PINGREQ cannot leave", async () => {
    const { waiting } = await begin('"keepalive",0,10', '"timeout",0,8,10,0');
    bench.clock.pass(8000);
    await bench.desk.hears(...failures(waiting));
    bench.clock.pass(60_000);
    await bench.desk.hears("+QMTSTAT: 0,2");
    await bench.isUnharmed();
  });

  test.each([
    ["AT+QMTCLOSE=0", "+QMTCLOSE: 0,-1"],
    ["AT+QMTDISC=0", "+QMTDISC: 0,-1"],
  ])("a DISCONNECT cannot leave: %s", async (command, urc) => {
    const { waiting } = await begin('"keepalive",0,0', '"timeout",0,10,3,0');
    bench.clock.pass(10_000);
    await bench.desk.hears(...failures(waiting));
    await bench.desk.ask(command, "OK", urc); // note 3.2.4, 3.2.6
    await bench.isUnharmed();
  });

  test("it reads again: all is brought, nothing is told twice", async () => {
    const { caller, waiting } = await begin('"keepalive",0,0', '"timeout",0,10,3,0');
    caller.socket.resume();
    await bench.desk.hears(...waiting.map((id) => `+QMTPUB: 0,${id},0`));
    caller.say("40 02 0001");
    await bench.desk.hears("+QMTPUB: 0,1,0");
    await bench.desk.ask("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await caller.gone();
    expect(caller.packets.at(-1)).toBe("e000");
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });
});
