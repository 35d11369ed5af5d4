import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Program } from "../bin/program.js";
import { type Broker, brokerKinds } from "./brokers.js";
import { connect, startModule, subscribe } from "./module.js";
import { needs } from "./needs.js";

const all256 = Buffer.from(Array.from({ length: 1548 }, (_, n) => n % 256)).toString("latin1");

describe.each(brokerKinds)("$name", ({ isAvailable: isThere, start }) => {
  let broker: Broker;
  beforeAll(async () => {
    if (isThere) broker = await start();
  });
  afterAll(() => broker?.stop());

  describe.skipIf(!isThere).each([3, 4] as const)("protocol level %d", (version) => {
    /** A name that no other test uses: the broker keeps retained messages and sessions. */
    const nameOf = (name: string): string => `${name}${version}`;

    test.each([0, 1, 2] as const)("QoS %d, to itself", async (qos) => {
      const { host } = await startModule({ port: broker.port });
      const topic = nameOf(`loop${qos}`);
      await connect(host, nameOf("loop"), { version });
      await subscribe(host, topic, qos);
      await host.publish(`0,${qos && 7},${qos},0,"${topic}"`, "hello");
      await host.urc(new RegExp(`\\+QMTPUB: 0,${qos && 7},0`));
      const [, id] = await host.urc(new RegExp(`\\+QMTRECV: 0,(\\d+),"${topic}",hello`));
      expect(Number(id) > 0).toBe(qos > 0);
      await host.command("AT+QMTDISC=0");
      await host.urc(/\+QMTDISC: 0,0/);
      expect(host.unread).toBe("");
    });

    test("1548 bytes of all values, by their length", async () => {
      const { host } = await startModule({ port: broker.port });
      await connect(host, nameOf("binary"), { version });
      await subscribe(host, nameOf("binary"), 1);
      await host.publish(`0,1,1,0,"${nameOf("binary")}"`, all256, { byLength: true });
      const [line] = await host.urc(/\+QMTRECV: 0,\d+,"binary\d",.{1548}/);
      expect(line.slice(-1550, -2)).toBe(all256);
    });

    test("a retained message is sent to later subscribers, and an empty one deletes it", async () => {
      const { host } = await startModule({ port: broker.port });
      await connect(host, nameOf("keeper"), { version });
      const topic = nameOf("kept");
      await host.publish(`0,1,1,1,"${topic}"`, "still here");
      await host.urc(/\+QMTPUB: 0,1,0/);
      await subscribe(host, topic, 1);
      await host.urc(new RegExp(`\\+QMTRECV: 0,\\d+,"${topic}",still here`));
      await host.publish(`0,2,1,1,"${topic}"`, "");
      await host.urc(/\+QMTPUB: 0,2,0/);
      await host.urc(new RegExp(`\\+QMTRECV: 0,\\d+,"${topic}",`));
    });

    test.each([["AT+NRB", (host: { write(text: string): void }) => host.write("AT+NRB\r")]] as const)(
      "the will, after %s",
      async (_, reset) => {
        const [{ host: dying }, { host: witness }] = [
          await startModule({ port: broker.port }),
          await startModule({ port: broker.port }),
        ];
        await connect(witness, nameOf("witness"), { version });
        await subscribe(witness, nameOf("will"), 1);
        await connect(dying, nameOf("dying"), { version, config: [`"will",0,1,1,0,"${nameOf("will")}","farewell"`] });
        reset(dying);
        await witness.urc(/\+QMTRECV: 0,\d+,"will\d",farewell/);
      },
    );

    test("the will, after the process was killed", async () => {
      const { host: witness } = await startModule({ port: broker.port });
      await connect(witness, nameOf("witness"), { version });
      await subscribe(witness, nameOf("killed"), 1);
      const dying = new Program(["--stdio", "--map", `*=127.0.0.1:${broker.port}`]);
      dying.type(`AT+QMTCFG="version",0,${version}\rAT+QMTCFG="will",0,1,2,0,"${nameOf("killed")}","farewell"\r`);
      dying.type('AT+QMTOPEN=0,"broker.example",1883\r');
      await dying.prints(/\+QMTOPEN: 0,0/);
      dying.type(`AT+QMTCONN=0,"${nameOf("dying")}"\r`);
      await dying.prints(/\+QMTCONN: 0,0,0/);
      await dying.end("SIGKILL");
      await witness.urc(/\+QMTRECV: 0,\d+,"killed\d",farewell/);
    });

    test("a kept session: messages in between are delivered after the next CONNECT", async () => {
      const { host: sender } = await startModule({ port: broker.port });
      await connect(sender, nameOf("sender"), { version });
      const { host, log } = await startModule({ port: broker.port });
      const how = { version, config: ['"session",0,0'] };
      const topic = nameOf("offline");
      await connect(host, nameOf("sleeper"), how);
      await subscribe(host, topic, 1);
      await host.command("AT+QMTDISC=0");
      await host.urc(/\+QMTDISC: 0,0/);
      await sender.publish(`0,1,1,0,"${topic}"`, "while you were away");
      await sender.urc(/\+QMTPUB: 0,1,0/);
      await connect(host, nameOf("sleeper"), how);
      await host.urc(new RegExp(`\\+QMTRECV: 0,\\d+,"${topic}",while you were away`));
      const connacks = log.filter((line) => line.startsWith("mqtt< CONNACK"));
      // Only MQTT 3.1.1 has the flag.
      if (version === 4) expect(connacks).toEqual(["mqtt< CONNACK 0", "mqtt< CONNACK 0 session present"]);
    });

    test.skipIf(!needs("mosquitto-clients")).each([0, 1, 2] as const)("mosquitto_pub and _sub, QoS %d", async (qos) => {
      const { host } = await startModule({ port: broker.port });
      await connect(host, nameOf("foreign"), { version });
      await subscribe(host, nameOf(`in${qos}`), qos);
      const where = ["-h", "127.0.0.1", "-p", String(broker.port), "-q", String(qos)];
      const pub = spawn("mosquitto_pub", [...where, "-t", nameOf(`in${qos}`), "-m", "from outside"]);
      const published = new Promise((resolve) => pub.once("exit", resolve));
      await host.urc(new RegExp(`\\+QMTRECV: 0,\\d+,"in${qos}${version}",from outside`));
      expect(await published).toBe(0);

      const sub = spawn("mosquitto_sub", [...where, "-t", nameOf(`out${qos}`), "-C", "1", "-W", "5"]);
      let text = "";
      sub.stdout.on("data", (bytes) => {
        text += bytes;
      });
      const received = new Promise((resolve) => sub.once("close", resolve));
      // Retained, so that mosquitto_sub may subscribe before or after it.
      await host.publish(`0,${qos && 9},${qos},1,"${nameOf(`out${qos}`)}"`, "from inside");
      await host.urc(new RegExp(`\\+QMTPUB: 0,${qos && 9},0`));
      expect(await received).toBe(0);
      expect(text).toBe("from inside\n");
    });
  });
});
