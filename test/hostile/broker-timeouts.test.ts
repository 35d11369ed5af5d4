import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { scaledClock } from "../../net/time/clock.js";
import { Bench } from "./bench.js";

let bench: Bench;
afterEach(() => bench.close());

describe("a broker that never answers", () => {
  test("CONNECT: a result after <pkt_timeout>, and it is sent once", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connecting", 4, ['"timeout",0,7,3,1']);
    bench.clock.pass(6999);
    bench.host.expectResponsive();
    bench.clock.pass(1);
    await bench.host.expectLines("+QMTSTAT: 0,4", "+QMTCONN: 0,2"); // guide, figure 1
    expect(await link.untilGone()).toBe("reset");
    expect(link.packets).toEqual([]);
    await bench.expectUnharmed();
  });

  const requests = [
    { what: "SUBSCRIBE", type: "82", urc: "+QMTSUB", ask: (to: Bench) => to.host.command('AT+QMTSUB=0,7,"s",0', "OK") },
    { what: "UNSUBSCRIBE", type: "a2", urc: "+QMTUNS", ask: (to: Bench) => to.host.command('AT+QMTUNS=0,7,"s"', "OK") },
    { what: "PUBLISH QoS 1", type: "32", again: "3a", urc: "+QMTPUB", ask: (to: Bench) => to.publish(7, 1, "p") },
    { what: "PUBLISH QoS 2", type: "34", again: "3c", urc: "+QMTPUB", ask: (to: Bench) => to.publish(7, 2, "p") },
  ];

  test.each(requests)("$what: retransmissions, result 2, and the link is given up", async (row) => {
    bench = await Bench.start();
    const link = await bench.reach("connected", 4, ['"timeout",0,10,2,1']);
    await row.ask(bench);
    expect((await link.nextPacket()).slice(0, 2)).toBe(row.type);
    for (const times of [1, 2]) {
      bench.clock.pass(9999);
      bench.host.expectResponsive();
      bench.clock.pass(1);
      await bench.host.expectLines(`${row.urc}: 0,7,1,${times}`);
      expect((await link.nextPacket()).slice(0, 2)).toBe(row.again ?? row.type);
    }
    bench.clock.pass(10_000);
    await bench.host.expectLines(`${row.urc}: 0,7,2`, "+QMTSTAT: 0,6"); // note 5.1
    expect(await link.untilGone()).toBe("reset");
    await bench.expectUnharmed();
  });

  test.each(requests)("$what, but sends something else: result 2, and the link stays", async (row) => {
    bench = await Bench.start();
    const link = await bench.reach("connected", 4, ['"timeout",0,10,0,0']);
    await row.ask(bench);
    link.send("30 06 0001 74 616263");
    await bench.host.expectLines('+QMTRECV: 0,0,"t",abc');
    bench.clock.pass(10_000);
    await bench.host.expectLines(`${row.urc}: 0,7,2`);
    bench.clock.pass(60_000);
    bench.host.expectResponsive();
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });

  test("PUBREL: it is PUBREL that is resent, counted anew", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected", 4, ['"timeout",0,10,1,1']);
    await bench.publish(7, 2, "p");
    expect(await link.nextPacket()).toBe("3406000174000770");
    bench.clock.pass(10_000);
    await bench.host.expectLines("+QMTPUB: 0,7,1,1");
    expect(await link.nextPacket()).toBe("3c06000174000770");
    link.send("50 02 0007");
    expect(await link.nextPacket()).toBe("62020007");
    bench.clock.pass(10_000);
    await bench.host.expectLines("+QMTPUBREL: 0,7,1,1");
    expect(await link.nextPacket()).toBe("62020007");
    bench.clock.pass(10_000);
    await bench.host.expectLines("+QMTPUB: 0,7,2"); // the broker has answered before: the link stays
    await bench.host.command("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await bench.host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.expectUnharmed();
  });

  test("PINGREQ: the link is given up", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected", 4, ['"keepalive",0,30', '"timeout",0,10,3,0']);
    bench.clock.pass(30_000);
    expect(await link.nextPacket()).toBe("c000");
    bench.clock.pass(9999);
    bench.host.expectResponsive();
    bench.clock.pass(1);
    await bench.host.expectLines("+QMTSTAT: 0,2"); // note 5.1
    expect(await link.untilGone()).toBe("reset");
    await bench.expectUnharmed();
  });

  test("and does not listen: refused", async () => {
    bench = await Bench.start();
    const { port } = bench.hostile;
    await bench.hostile.close();
    await bench.host.command(`AT+QMTOPEN=0,"127.0.0.1",${port}`, "OK", "+QMTOPEN: 0,-1");
    await bench.expectUnharmed();
  });
});

describe("a broker that closes the link", () => {
  test.each(["end", "reset"] as const)("without a CONNECT for two seconds, by %s", async (how) => {
    const clock = scaledClock(50);
    bench = await Bench.start({ clock });
    const link = await bench.reach("open");
    const closed = new Promise<number>((resolve) => {
      clock.alarm(clock.now() + 2000, () => {
        if (how === "end") link.socket.end();
        else link.socket.resetAndDestroy();
        resolve(clock.now());
      });
    });
    bench.host.expectResponsive();
    await closed;
    await bench.host.expectLines("+QMTSTAT: 0,1");
    await bench.host.command('AT+QMTCONN=0,"late"', "+CME ERROR: 3");
    await bench.expectUnharmed();
  });

  test("what it has sent before comes first", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected");
    await bench.publish(1, 1, "x");
    link.send("30 06 0001 74 616263", "40 02 0001", "32 06 0001 74 0009 61");
    link.socket.end();
    await bench.host.expectLines('+QMTRECV: 0,0,"t",abc', "+QMTPUB: 0,1,0", '+QMTRECV: 0,9,"t",a', "+QMTSTAT: 0,1");
    await bench.expectUnharmed();
  });

  test("during a payload entry", async () => {
    bench = await Bench.start();
    const link = await bench.reach("connected");
    await bench.host.command('AT+QMTPUB=0,1,1,0,"t"', ">");
    bench.host.send("half a");
    link.socket.resetAndDestroy();
    await once(link.socket, "close");
    bench.host.send(" payload\x1a");
    // The module may not have noticed the reset yet: the publish is refused, or it is lost with its link.
    await bench.host.until("the end of the link", (text) => text.includes("+QMTSTAT"));
    const stat = "\r\n+QMTSTAT: 0,1\r\n";
    expect([`\r\n+CME ERROR: 3\r\n${stat}`, `\r\nOK\r\n${stat}`]).toContain(bench.host.take());
    await bench.expectUnharmed();
  });
});
