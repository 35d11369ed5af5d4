import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Broker, brokerKinds } from "./brokers.js";
import { connect, startModule, subscribe } from "./module.js";

describe.each(brokerKinds)("$name", ({ isAvailable: isThere, canRefuseSubscriptions: forbids, start }) => {
  let broker: Broker;
  beforeAll(async () => {
    if (isThere) broker = await start();
  });
  afterAll(() => broker?.stop());

  describe.skipIf(!isThere).each([3, 4] as const)("protocol level %d", (version) => {
    test("a refused login", async () => {
      const { host } = await startModule({ port: broker.port });
      await host.command(`AT+QMTCFG="version",0,${version}`);
      await host.command('AT+QMTOPEN=0,"broker.example",1883');
      await host.urc(/\+QMTOPEN: 0,0/);
      await host.command('AT+QMTCONN=0,"me","good","wrong"');
      const [, code] = await host.urc(/\+QMTCONN: 0,0,(\d)/);
      expect(["4", "5"]).toContain(code);
      await host.urc(/\+QMTSTAT: 0,4/);
      expect(host.unread).toBe("");
      await connect(host, "me", { version, login: ',"good","right"' });
    });

    if (forbids)
      test("a refused subscription", async () => {
        const { host } = await startModule({ port: broker.port });
        await connect(host, "curious", { version });
        await host.command('AT+QMTSUB=0,1,"secret/plan",1,"open/plan",1');
        await host.urc(/\+QMTSUB: 0,1,0,128,1/);
      });

    test("a broker that is stopped and started again", async () => {
      const first = await start();
      onTestFinished(() => first.stop().catch(() => {}));
      const { host } = await startModule({ port: first.port });
      await connect(host, "returning", { version });
      await first.stop();
      await host.urc(/\+QMTSTAT: 0,1/);
      await host.command('AT+QMTOPEN=0,"broker.example",1883');
      await host.urc(/\+QMTOPEN: 0,-1/);
      const second = await start(first.port);
      onTestFinished(() => second.stop());
      await connect(host, "returning", { version });
      await subscribe(host, "again", 1);
      expect(host.unread).toBe("");
    });

    test("keep-alive: PINGREQs are answered, and the link stays", async () => {
      const { host, log } = await startModule({ port: broker.port, timeScale: 40 });
      await connect(host, "idle", { version, config: ['"keepalive",0,10', '"timeout",0,60,3'] });
      await expect.poll(() => log.filter((line) => line === "mqtt< PINGRESP").length, { timeout: 5000 }).toBe(3);
      expect(log.filter((line) => line === "mqtt> PINGREQ").length).toBeGreaterThanOrEqual(3);
      expect(await host.command("AT+QMTCONN?")).toContain("+QMTCONN: 0,3");
    });
  });
});
