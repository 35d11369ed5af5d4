import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { bc28 } from "../../emulator/profile/bc28.js";
import { Log } from "../../net/log.js";
import { startModem } from "../../net/start.js";
import { type ManualClock, manualClock } from "../../net/time/manual-clock.js";
import type { AtHost } from "./at-host.js";
import { brokerKinds } from "./brokers.js";
import { connect, startModule, subscribe } from "./module.js";

const second = 1000;
const hour = 3600 * second;

let clock: ManualClock;
beforeEach(() => {
  clock = manualClock();
});

const own = { broker: { port: 0 } };
const counted = (log: readonly string[], wanted: RegExp): number => log.filter((line) => wanted.test(line)).length;

/** Checks that a line comes after exactly this span, and nothing before. */
async function receivesExactlyAfter(span: number, host: AtHost, line: RegExp): Promise<void> {
  await clock.advance(span - 1);
  expect(host.unread).toBe("");
  await clock.advance(1);
  await host.urc(line);
}

/** Starts a broker that accepts every client and sends nothing else, and answers no HTTP. Returns its port. */
async function silentBroker(): Promise<number> {
  const server = createServer((socket) => {
    socket.once("data", ([first]) => first === 0x10 && socket.write(Buffer.from([0x20, 2, 0, 0])));
    socket.resume().on("error", () => {});
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("a long time in milliseconds", () => {
  test("a broker that does not answer: a retry every 10 s, each at its exact time", async () => {
    clock = manualClock({ settleMs: 1 });
    const { host, log } = await startModule({ port: await silentBroker(), clock });
    await connect(host, "retrying", { config: ['"timeout",0,10,3,1', '"keepalive",0,0'] });
    await host.publish('0,7,1,0,"t"', "is anybody there?");
    for (const retry of [1, 2, 3])
      await receivesExactlyAfter(10 * second, host, new RegExp(`\\+QMTPUB: 0,7,1,${retry}`));
    await receivesExactlyAfter(10 * second, host, /\+QMTPUB: 0,7,2/);
    expect(counted(log, /^mqtt> PUBLISH 7 .* dup/)).toBe(3);
  });

  test("a cloud that never sends its token: given up after 195 s", async () => {
    clock = manualClock({ settleMs: 1 });
    const { host } = await startModule({ port: await silentBroker(), clock });
    await host.command('AT+QMTENAUTH="iot-x","d","iot-x@d","s3cret"');
    await receivesExactlyAfter(195 * second, host, /\+QMTTENAUTH: 6/);
  });

  test("a day of keep-alives, a link that is lost, and the next one", async () => {
    const { host, log, modem } = await startModule({ ...own, clock });
    const config = ['"keepalive",0,60'];
    await connect(host, "meter", { config });
    await clock.advance(24 * hour);
    expect([counted(log, /^mqtt> PINGREQ/), counted(log, /^mqtt< PINGRESP/)]).toEqual([1440, 1440]);
    expect(host.unread).toBe("");
    modem.cut();
    await clock.advance(0);
    await host.urc(/\+QMTSTAT: 0,1/);
    expect(log).toContain("broker: client meter: read ECONNRESET");
    await connect(host, "meter", { config });
  });

  test("twelve hours of power saving, and a message in between", async () => {
    const { host, modem } = await startModule({ ...own, clock });
    await connect(host, "meter", { config: ['"keepalive",0,0'] });
    await subscribe(host, "orders", 1);
    await host.command("AT+NPSMR=1");
    await host.command('AT+CPSMS=1,,,"00101100","00000101"'); // T3412 of 12 h, T3324 of 10 s
    await receivesExactlyAfter(20 * second + 10 * second, host, /\+NPSMR:1/);

    const office = await startModule({ port: modem.broker?.port ?? 0, clock });
    await connect(office.host, "office");
    await office.host.publish('0,1,1,0,"orders"', "open the valve");
    await office.host.urc(/\+QMTPUB: 0,1,0/);
    await office.modem.close();

    await receivesExactlyAfter(12 * hour - 10 * second, host, /\+NPSMR:0/);
    await host.urc(/\+QMTRECV: 0,\d+,"orders",open the valve/);
    await receivesExactlyAfter(30 * second, host, /\+NPSMR:1/);
  });

  test("the embedded broker is reached without a socket, and refuses when it is closed", async () => {
    const sockets = (): number => process.getActiveResourcesInfo().filter((what) => what === "TCPSocketWrap").length;
    const { host, modem } = await startModule({ ...own, clock });
    const before = sockets();
    await host.command(`AT+QMTOPEN=0,"127.0.0.1",${modem.broker?.port}`);
    await host.urc(/\+QMTOPEN: 0,0/);
    expect(sockets()).toBe(before);
    await modem.broker?.close();
    await clock.advance(0);
    await host.urc(/\+QMTSTAT: 0,1/);
    await host.command('AT+QMTOPEN=0,"broker.example",1883');
    await host.urc(/\+QMTOPEN: 0,-1/);
  });

  test("a refused login is answered before the link ends", async () => {
    const { host } = await startModule({ broker: { port: 0, authenticate: () => 4 }, clock });
    await host.command('AT+QMTOPEN=0,"broker.example",1883');
    await host.urc(/\+QMTOPEN: 0,0/);
    await host.command('AT+QMTCONN=0,"stranger","me","wrong"');
    await clock.advance(0);
    await host.urc(/\+QMTCONN: 0,0,4/);
  });

  test("the same seed gives the same log, to the millisecond", async () => {
    const runs = [await realisticRun(), await realisticRun()];
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.at(-1)).toMatch(/^ +\d+\.\d{3} host< \+QMTPUB: 0,1,0$/);
  });

  test("closing does not wait for time, and advance goes on", async () => {
    const { host, modem, log } = await startModule({ ...own, clock, logLevel: "trace" });
    await connect(host, "meter");
    const going = clock.advance(24 * hour);
    await modem.close();
    await going;
    expect(clock.now()).toBe(24 * hour);
    expect(log).toContain("mqtt> DISCONNECT");
    expect(counted(log, /^broker: client meter gone/)).toBe(1);
  });
});

/** The log of a module with realistic timing. */
async function realisticRun(): Promise<readonly string[]> {
  const time = manualClock();
  const lines: string[] = [];
  let send = (_text: string): void => {};
  const modem = await startModem({
    clock: time,
    seed: 7,
    profile: { ...bc28, timing: "realistic" },
    broker: { port: 0, log: () => {} },
    log: new Log("info", (line) => lines.push(line), time),
    ports: [
      ({ onBytes }) => {
        send = (text) => onBytes(Buffer.from(text));
        return { path: "wire", write: () => {}, set: () => {}, close: async () => {} };
      },
    ],
  });
  await time.advance(60 * second);
  for (const text of [
    'AT+QMTOPEN=0,"b.example",1883\r',
    'AT+QMTCONN=0,"m"\r',
    'AT+QMTPUB=0,1,2,0,"t"\r',
    "payload\x1a",
  ]) {
    send(text);
    await time.advance(text.startsWith("AT+QMTOPEN") ? 5 * second : 25 * second); // the broker waits 10 s for a CONNECT
  }
  await modem.close();
  return lines.slice(0, lines.findLastIndex((line) => line.includes("+QMTPUB")) + 1);
}

/** Publishes one or three messages, lets enough time pass for retries, and repeats that. Returns the number of messages. */
async function publishes(times: number, host: AtHost): Promise<number> {
  let count = 0;
  for (let time = 0; time < times; time += 1) {
    for (const id of time % 5 === 0 ? [1, 2, 3] : [1]) {
      await host.publish(`0,${id},${1 + (time % 2)},0,"loop"`, "x".repeat(time % 200));
      count += 1;
    }
    await clock.advance(4 * second);
  }
  return count;
}

describe("time never passes before an answer has arrived", () => {
  const config = ['"timeout",0,1,3,1'];

  test("of the embedded broker", async () => {
    clock = manualClock({ settleMs: 1 });
    const { host, log } = await startModule({ ...own, clock });
    await connect(host, "busy", { config });
    await subscribe(host, "loop", 2);
    const count = await publishes(500, host);
    expect(counted(log, /^host< \+QMTPUB: 0,\d,0/)).toBe(count);
    expect(counted(log, /^host< \+QMTRECV/)).toBe(count);
    expect(counted(log, / dup |^host< \+QMTPUB: 0,\d,[12]/)).toBe(0);
  });

  describe.each(brokerKinds)("of $name, on a socket", ({ isAvailable: isThere, start }) => {
    test.skipIf(!isThere)("100 of 100", async () => {
      const broker = await start();
      onTestFinished(() => broker.stop());
      const { host, log } = await startModule({ port: broker.port, clock });
      await connect(host, "busy", { config });
      const count = await publishes(100, host);
      expect(counted(log, /^host< \+QMTPUB: 0,\d,0/)).toBe(count);
      expect(counted(log, / dup |^host< \+QMTPUB: 0,\d,[12]/)).toBe(0);
    });
  });
});
