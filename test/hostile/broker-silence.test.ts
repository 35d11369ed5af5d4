import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { scaledClock } from "../../net/time/clock.js";
import { Bench } from "./bench.js";

let bench: Bench;
afterEach(() => bench.close());

describe("a broker that never answers", () => {
  test("CONNECT: result after <pkt_timeout>, and it was sent once", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connecting", 4, ['"timeout",0,7,3,1']);
    bench.clock.pass(6999);
    bench.desk.isAnswered();
    bench.clock.pass(1);
    await bench.desk.hears("+QMTSTAT: 0,4", "+QMTCONN: 0,2"); // guide, figure 1
    expect(await caller.gone()).toBe("reset");
    expect(caller.packets).toEqual([]);
    await bench.isUnharmed();
  });

  const requests = [
    { what: "SUBSCRIBE", type: "82", urc: "+QMTSUB", ask: (to: Bench) => to.desk.ask('AT+QMTSUB=0,7,"s",0', "OK") },
    { what: "UNSUBSCRIBE", type: "a2", urc: "+QMTUNS", ask: (to: Bench) => to.desk.ask('AT+QMTUNS=0,7,"s"', "OK") },
    { what: "PUBLISH QoS 1", type: "32", again: "3a", urc: "+QMTPUB", ask: (to: Bench) => to.publish(7, 1, "p") },
    { what: "PUBLISH QoS 2", type: "34", again: "3c", urc: "+QMTPUB", ask: (to: Bench) => to.publish(7, 2, "p") },
  ];

  test.each(requests)("$what: retransmissions, result 2, and the link is given up", async (row) => {
    bench = await Bench.start();
    const caller = await bench.reach("connected", 4, ['"timeout",0,10,2,1']);
    await row.ask(bench);
    expect((await caller.next()).slice(0, 2)).toBe(row.type);
    for (const times of [1, 2]) {
      bench.clock.pass(9999);
      bench.desk.isAnswered();
      bench.clock.pass(1);
      await bench.desk.hears(`${row.urc}: 0,7,1,${times}`);
      expect((await caller.next()).slice(0, 2)).toBe(row.again ?? row.type);
    }
    bench.clock.pass(10_000);
    await bench.desk.hears(`${row.urc}: 0,7,2`, "+QMTSTAT: 0,6"); // note 5.1
    expect(await caller.gone()).toBe("reset");
    await bench.isUnharmed();
  });

  test.each(requests)("$what, but says something else: result 2, and the link stays", async (row) => {
    bench = await Bench.start();
    const caller = await bench.reach("connected", 4, ['"timeout",0,10,0,0']);
    await row.ask(bench);
    caller.say("30 06 0001 74 616263");
    await bench.desk.hears('+QMTRECV: 0,0,"t",abc');
    bench.clock.pass(10_000);
    await bench.desk.hears(`${row.urc}: 0,7,2`);
    bench.clock.pass(60_000);
    bench.desk.isAnswered();
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });

  test("PUBREL: it is PUBREL that is resent, counted anew", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected", 4, ['"timeout",0,10,1,1']);
    await bench.publish(7, 2, "p");
    expect(await caller.next()).toBe("3406000174000770");
    bench.clock.pass(10_000);
    await bench.desk.hears("+QMTPUB: 0,7,1,1");
    expect(await caller.next()).toBe("3c06000174000770");
    caller.say("50 02 0007");
    expect(await caller.next()).toBe("62020007");
    bench.clock.pass(10_000);
    await bench.desk.hears("+QMTPUBREL: 0,7,1,1");
    expect(await caller.next()).toBe("62020007");
    bench.clock.pass(10_000);
    await bench.desk.hears("+QMTPUB: 0,7,2"); // it was heard: the link stays
    await bench.desk.ask("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });

  test("PINGREQ: the link is given up", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected", 4, ['"keepalive",0,30', '"timeout",0,10,3,0']);
    bench.clock.pass(30_000);
    expect(await caller.next()).toBe("c000");
    bench.clock.pass(9999);
    bench.desk.isAnswered();
    bench.clock.pass(1);
    await bench.desk.hears("+QMTSTAT: 0,2"); // note 5.1
    expect(await caller.gone()).toBe("reset");
    await bench.isUnharmed();
  });

  test("anything, not even the call: refused", async () => {
    bench = await Bench.start();
    const { port } = bench.hostile;
    await bench.hostile.close();
    await bench.desk.ask(`AT+QMTOPEN=0,"127.0.0.1",${port}`, "OK", "+QMTOPEN: 0,-1");
    await bench.isUnharmed();
  });
});

describe("a broker that does not wait", () => {
  test.each(["end", "reset"] as const)("no CONNECT for two seconds: it leaves by %s", async (how) => {
    const clock = scaledClock(50);
    bench = await Bench.start({ clock });
    const caller = await bench.reach("open");
    const leaves = new Promise<number>((resolve) => {
      clock.alarm(clock.now() + 2000, () => {
        if (how === "end") caller.socket.end();
        else caller.socket.resetAndDestroy();
        resolve(clock.now());
      });
    });
    bench.desk.isAnswered();
    await leaves;
    await bench.desk.hears("+QMTSTAT: 0,1");
    await bench.desk.ask('AT+QMTCONN=0,"late"', "+CME ERROR: 3");
    await bench.isUnharmed();
  });

  test("what it said before it left is heard first", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected");
    await bench.publish(1, 1, "x");
    caller.say("30 06 0001 74 616263", "40 02 0001", "32 06 0001 74 0009 61");
    caller.socket.end();
    await bench.desk.hears('+QMTRECV: 0,0,"t",abc', "+QMTPUB: 0,1,0", '+QMTRECV: 0,9,"t",a', "+QMTSTAT: 0,1");
    await bench.isUnharmed();
  });

  test("it leaves while the host enters a payload", async () => {
    bench = await Bench.start();
    const caller = await bench.reach("connected");
    await bench.desk.ask('AT+QMTPUB=0,1,1,0,"t"', ">");
    bench.desk.say("half a");
    caller.socket.resetAndDestroy();
    await once(caller.socket, "close");
    bench.desk.say(" payload\x1a");
    // Whether the module has heard of it yet is TCP's matter: the publish is refused, or it is lost with its link.
    await bench.desk.until("the end of the link", (text) => text.includes("+QMTSTAT"));
    const stat = "\r\n+QMTSTAT: 0,1\r\n";
    expect([`\r\n+CME ERROR: 3\r\n${stat}`, `\r\nOK\r\n${stat}`]).toContain(bench.desk.take());
    await bench.isUnharmed();
  });
});
