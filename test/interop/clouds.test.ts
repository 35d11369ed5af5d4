import { describe, expect, test } from "vitest";
import { parseCloudDevice } from "../../net/broker/cloud/device.js";
import { manualClock } from "../../net/time/manual-clock.js";
import type { AtHost } from "./at-host.js";
import { type Module, startModule, subscribe } from "./module.js";

const aliyun = parseCloudDevice("oyjtmPI5a5j/MQTT_TEST/wN9Y6pZSIly7Exa5qVzcmigEGO4kAazZ");
const tencent = parseCloudDevice("iot-ab12cd34/meter-7/Xk3/9vQ2mT7rB1nZ8wLc0g==");
const day = 24 * 3600 * 1000;
const secrets = [aliyun.deviceSecret, tencent.deviceSecret];

/** A module whose broker knows a device of each cloud; everything is logged. */
const startClouds = (more: Partial<Parameters<typeof startModule>[0]> = {}): Promise<Module> =>
  startModule({ broker: { port: 0, cloudDevices: [aliyun, tencent] }, logLevel: "trace", ...more });

async function open(host: AtHost, name: string): Promise<void> {
  await host.command(`AT+QMTOPEN=0,"${name}",1883`);
  await host.urc(/\+QMTOPEN: 0,0/);
}

/** Connects; resolves with the return code. */
async function connect(host: AtHost, parameters: string): Promise<number> {
  await host.command(`AT+QMTCONN=0,${parameters}`);
  const [, code] = await host.urc(/\+QMTCONN: 0,0,(\d)/);
  return Number(code);
}

/** Publishes a message to itself. */
async function loop(host: AtHost, topic: string): Promise<void> {
  await subscribe(host, topic, 1);
  await host.publish(`0,7,1,0,"${topic}"`, "hello");
  await host.urc(/\+QMTPUB: 0,7,0/);
  await host.urc(new RegExp(`\\+QMTRECV: 0,\\d+,"${topic}",hello`));
}

async function disconnect(host: AtHost): Promise<void> {
  await host.command("AT+QMTDISC=0");
  await host.urc(/\+QMTDISC: 0,0/);
}

describe("Alibaba's cloud", () => {
  const name = "iot-as-mqtt.cn-shanghai.aliyuncs.com";
  const aliauth = (secret: string) => `AT+QMTCFG="aliauth",0,"oyjtmPI5a5j","MQTT_TEST","${secret}"`;

  test.each(["hmacsha256", "hmacsha1", "hmacmd5"])("from aliauth to a received message, %s", async (aliSignMethod) => {
    const { host, log } = await startClouds({ quirks: { aliSignMethod } });
    await host.command(aliauth(aliyun.deviceSecret));
    await open(host, name);
    expect(await connect(host, '"clientExample"')).toBe(0);
    await loop(host, "topic/pub");
    await host.command('AT+QMTSUB=0,2,"/oyjtmPI5a5j/MQTT_TEST/user/get",0,"/oyjtmPI5a5j/OTHER/user/get",0');
    await host.urc(/\+QMTSUB: 0,2,0,0,128/);
    await host.publish('0,8,1,0,"/oyjtmPI5a5j/OTHER/user/update"', "x");
    await host.urc(/\+QMTSTAT: 0,1/);
    for (const secret of secrets) expect(`${log}`).not.toContain(secret);
    expect(log.filter((line) => line.includes("only its own topics are allowed"))).toHaveLength(2);
  });

  test("two modules with one client id are two devices", async () => {
    const other = { ...aliyun, deviceName: "OTHER" };
    const { host: one, modem } = await startClouds({ broker: { port: 0, cloudDevices: [aliyun, other] } });
    const { host: two } = await startModule({ port: modem.broker?.port ?? 0 });
    await one.command(aliauth(aliyun.deviceSecret));
    await two.command(aliauth(other.deviceSecret).replace("MQTT_TEST", "OTHER"));
    for (const host of [one, two]) {
      await open(host, name);
      expect(await connect(host, '"clientExample"')).toBe(0);
    }
    await subscribe(one, "topic/pub", 1);
    await two.publish('0,7,1,0,"topic/pub"', "hello");
    await two.urc(/\+QMTPUB: 0,7,0/);
    await one.urc(/\+QMTRECV: 0,\d+,"topic\/pub",hello/);
  });

  test("a wrong secret", async () => {
    const { host, log } = await startClouds();
    await host.command(aliauth("wrong"));
    await open(host, name);
    expect(await connect(host, '"clientExample"')).toBe(4);
    await host.urc(/\+QMTSTAT: 0,4/);
    expect(log.filter((line) => line.includes("is refused: "))).toHaveLength(1);
  });

  test("without known devices any secret is accepted", async () => {
    const { host, log } = await startClouds({ broker: { port: 0 }, logLevel: "warn" });
    await host.command(aliauth("wrong"));
    await open(host, name);
    expect(await connect(host, '"clientExample"')).toBe(0);
    expect(log).toEqual([expect.stringMatching(/^broker: device oyjtmPI5a5j\/MQTT_TEST .* without a check/)]);
  });
});

describe("Tencent's cloud", () => {
  const name = "iot-ab12cd34.iotcloud.tencentdevices.com";
  const tokenCommand = (secret: string, more = "") =>
    `AT+QMTENAUTH="iot-ab12cd34","meter-7","iot-ab12cd34@meter-7","${secret}"${more}`;

  /** Requests a token; resolves with its password. */
  async function token(host: AtHost, more = ""): Promise<string> {
    await host.command(tokenCommand(tencent.deviceSecret, more));
    const [, password = ""] = await host.urc(/\+QMTTENAUTH: 0,(\w+)/);
    return password;
  }

  const login = (password: string) => `"iot-ab12cd34@meter-7","iot-ab12cd34@meter-7","${password}"`;

  test.each(["", ',1,"http://bj.auth-device-iot.tencentcloudapi.com/token"', ',60,"http://token.example:8080/token"'])(
    "from a token to a received message%s",
    async (more) => {
      const { host, log } = await startClouds();
      const password = await token(host, more);
      expect(await host.command("AT+QMTENAUTH?")).toBe(`+QMTTENAUTH: "${password}"`);
      await open(host, name);
      expect(await connect(host, login(password))).toBe(0);
      await loop(host, "iot-ab12cd34/meter-7/data");
      await host.command('AT+QMTSUB=0,2,"oyjtmPI5a5j/MQTT_TEST/data",0');
      await host.urc(/\+QMTSUB: 0,2,0,128/);
      for (const secret of [...secrets, password]) expect(`${log}`).not.toContain(secret);
    },
  );

  test.each<[string, string, number]>([
    ["a wrong secret", tokenCommand("wrong"), 5],
    ["an unknown path", tokenCommand(tencent.deviceSecret, ',7,"http://gz.example/device"'), 3],
    ["an unknown device", 'AT+QMTENAUTH="iot-x","d","iot-x@d","s"', 5],
  ])("no token for %s", async (_, command, result) => {
    const { host, log } = await startClouds();
    await host.command(command);
    await host.urc(new RegExp(`\\+QMTTENAUTH: ${result}`));
    for (const secret of secrets) expect(`${log}`).not.toContain(secret);
  });

  test("a token of one day is valid for exactly that long by the module's clock", async () => {
    const clock = manualClock();
    const { host } = await startClouds({ clock });
    const password = await token(host, ",1");
    await clock.advance(day - 1);
    await open(host, name);
    expect(await connect(host, login(password))).toBe(0);
    await disconnect(host);
    await clock.advance(1);
    await open(host, name);
    expect(await connect(host, login(password))).toBe(4);
    await host.urc(/\+QMTSTAT: 0,4/);
    const fresh = await token(host);
    await open(host, name);
    expect(await connect(host, login(fresh))).toBe(0);
  });
});
