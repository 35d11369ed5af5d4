import { createHmac } from "node:crypto";
import type { IClientOptions } from "mqtt";
import { describe, expect, test } from "vitest";
import { isAliyunTopicOf } from "../../../net/broker/cloud/aliyun.js";
import { closed, granted, loggedIn, login, published, start } from "./cloud-clients.js";

/** The application note's own device. */
const device = {
  productKey: "oyjtmPI5a5j",
  deviceName: "MQTT_TEST",
  deviceSecret: "wN9Y6pZSIly7Exa5qVzcmigEGO4kAazZ",
};
const other = { productKey: "oyjtmPI5a5j", deviceName: "OTHER", deviceSecret: "x" };
const user = "MQTT_TEST&oyjtmPI5a5j";
const content = "clientIdclientExampledeviceNameMQTT_TESTproductKeyoyjtmPI5a5j";
const hmac = (digest: string, text = content, key = device.deviceSecret) =>
  createHmac(digest, key).update(text).digest("hex");

const signed = (extension: string, password: string, more: IClientOptions = {}): IClientOptions => ({
  clientId: `clientExample|${extension}|`,
  username: user,
  password,
  ...more,
});
const right = signed("securemode=3,signmethod=hmacsha256", hmac("sha256"));

describe("who comes in", () => {
  test.each<[string, IClientOptions]>([
    ["hmacsha256", right],
    ["hmacsha1", signed("securemode=3,signmethod=hmacsha1", hmac("sha1"))],
    ["hmacmd5", signed("securemode=3,signmethod=hmacmd5", hmac("md5"))],
    ["md5 where no method is said", signed("securemode=3", hmac("md5"))],
    ["capital digits", signed("securemode=3,signmethod=hmacsha1", hmac("sha1").toUpperCase())],
    ["a timestamp", signed("timestamp=789,signmethod=hmacsha1,securemode=3", hmac("sha1", `${content}timestamp789`))],
    ["what an SDK adds", signed("securemode=3,signmethod=hmacsha256,_v=sdk-c-3.0,lan=C,ext=0", hmac("sha256"))],
    ["MQTT 3.1", { ...right, protocolId: "MQIsdp", protocolVersion: 3 }],
  ])("%s", async (_, how) => {
    const broker = await start({ cloudDevices: [device] });
    expect(await login(broker, how)).not.toBe(4);
    expect(broker.warned).toEqual([]);
  });

  test("the device and the id of Alibaba's published example", async () => {
    const broker = await start({
      cloudDevices: [{ productKey: "pk", deviceName: "device", deviceSecret: "secret" }],
    });
    const how = {
      clientId: "12345|securemode=3,signmethod=hmacsha1,timestamp=789|",
      username: "device&pk",
      password: "FAFD82A3D602B37FB0FA8B7892F24A477F851A14",
    };
    expect(await login(broker, how)).not.toBe(4);
  });

  test.each<[string, IClientOptions, string]>([
    [
      "another secret",
      { ...right, password: hmac("sha256", content, "wrong") },
      "is not hmacsha256 of its device secret",
    ],
    ["another method than it says", { ...right, password: hmac("md5") }, "is not hmacsha256 of"],
    [
      "another id than was signed",
      { ...right, clientId: right.clientId?.replace("client", "Client") ?? "" },
      "hmacsha256",
    ],
    ["a device that there is not", { ...right, username: "NONE&oyjtmPI5a5j" }, "there is no device oyjtmPI5a5j/NONE"],
    ["TLS said over TCP", signed("securemode=2,signmethod=hmacsha256", hmac("sha256")), "securemode must be 3"],
    ["no securemode", signed("signmethod=hmacsha256", hmac("sha256")), "securemode must be 3"],
    ["a method that there is not", signed("securemode=3,signmethod=md5", hmac("md5")), "signmethod must be one of"],
    ["no closing bar", { ...right, clientId: "clientExample|securemode=3" }, "must end with"],
    ["user the wrong way round", { ...right, username: "oyjtmPI5a5j&MQTT_TEST" }, "there is no device MQTT_TEST/oyj"],
    ["a user of another form", { ...right, username: "MQTT_TEST" }, "must be DEVICE&PRODUCT"],
    ["a forgotten extension", { ...right, clientId: "clientExample" }, "its client id must end with"],
    ["no password", { clientId: right.clientId ?? "", username: user }, "it gives no password"],
  ])("refused with 4: %s", async (_, how, says) => {
    const broker = await start({ cloudDevices: [device, other] });
    expect(await login(broker, how)).toBe(4);
    expect(broker.warned).toEqual([expect.stringContaining(says)]);
    expect(`${broker.warned}${broker.told}`).not.toContain(hmac("sha256"));
    expect(`${broker.warned}${broker.told}`).not.toContain(device.deviceSecret);
  });

  test("without devices everybody who is well-formed, and it says so once", async () => {
    const broker = await start();
    expect(await login(broker, { ...right, password: "whatever" })).not.toBe(4);
    expect(await login(broker, { ...right, password: "else" })).not.toBe(4);
    expect(broker.warned).toEqual([
      "device oyjtmPI5a5j/MQTT_TEST of Alibaba's cloud is accepted without a check; give --cloud-device oyjtmPI5a5j/MQTT_TEST/SECRET to check it",
    ]);
    expect(await login(broker, { ...right, clientId: "a|securemode=3" })).toBe(4);
  });

  test("a client of no cloud is none of its business", async () => {
    const broker = await start({ cloudDevices: [device] });
    for (const how of [{}, { username: "a", password: "b" }, { username: "a&b" }, { clientId: "a|b|" }]) {
      const client = await loggedIn(broker, how);
      expect(await granted(client, `/oyjtmPI5a5j/MQTT_TEST/user/get`)).toBe(0);
      expect(await published(client, "/sys/x/y")).toBe(true);
    }
    expect(broker.warned).toEqual([]);
  });

  test("who else decides is asked, too", async () => {
    const broker = await start({ cloudDevices: [device], authenticate: () => 5, authorizeSubscribe: () => false });
    expect(await login(broker, right)).toBe(5);
    expect(await login(broker, { ...right, password: "x" })).toBe(4);
  });
});

describe("a session is the device's, whatever its client id", () => {
  const otherUser = "OTHER&oyjtmPI5a5j";
  /** Both devices of a fleet whose firmware has one client id. */
  const twin = {
    ...right,
    username: otherUser,
    password: hmac("sha256", content.replace("MQTT_TEST", "OTHER"), other.deviceSecret),
  };

  test("two devices with the same client id do not know each other", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const one = await loggedIn(broker, right);
    const two = await loggedIn(broker, twin);
    expect(await published(one, "topic/pub")).toBe(true);
    expect(await published(two, "topic/pub")).toBe(true);
    expect(broker.clients()).toEqual([user, otherUser]);
  });

  test("a device that comes again with another client id takes over", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const one = await loggedIn(broker, right);
    const gone = closed(one);
    const password = hmac("sha256", content.replace("clientExample", "b"));
    await loggedIn(broker, { ...right, clientId: "b|securemode=3,signmethod=hmacsha256|", password });
    await gone;
    expect(broker.clients()).toEqual([user]);
  });

  test("nobody gets what was kept for another one", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const one = await loggedIn(broker, { ...right, clean: false });
    expect(await granted(one, "/oyjtmPI5a5j/MQTT_TEST/user/get")).toBe(0);
    const gone = closed(one);
    one.end();
    await gone;
    await broker.publish("/oyjtmPI5a5j/MQTT_TEST/user/get", "kept", { qos: 1 });
    const two = await loggedIn(broker, { ...twin, clean: false });
    const first = new Promise<string>((resolve) => two.once("message", resolve));
    expect(await granted(two, "topic/pub")).toBe(0);
    expect(await published(two, "topic/pub")).toBe(true);
    expect(await first).toBe("topic/pub");
  });

  test("a will to another's topic is not published", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const topic = "/oyjtmPI5a5j/OTHER/user/get";
    const messages: string[] = [];
    broker.watch((message) => void messages.push(message.topic));
    await loggedIn(broker, { ...right, will: { topic, payload: Buffer.from("x"), qos: 0, retain: false } });
    broker.disconnect(user);
    await expect.poll(() => broker.warned).toEqual([expect.stringContaining(`may not publish to ${topic}`)]);
    expect(messages).toEqual([]);
  });
});

describe("topics", () => {
  const identity = { ...device, cloud: "Alibaba" } as const;
  test.each([
    "topic/pub",
    "topic/#",
    "/oyjtmPI5a5j/MQTT_TEST/user/get",
    "/oyjtmPI5a5j/MQTT_TEST/#",
    "/sys/oyjtmPI5a5j/MQTT_TEST/thing/event/+/post_reply",
    "/ext/session/oyjtmPI5a5j/MQTT_TEST/combine/login",
    "/shadow/update/oyjtmPI5a5j/MQTT_TEST",
    "/ota/device/upgrade/oyjtmPI5a5j/MQTT_TEST",
    "/broadcast/oyjtmPI5a5j/all",
  ])("its own: %s", (topic) => expect(isAliyunTopicOf(identity, topic)).toBe(true));

  test.each([
    "#",
    "+/oyjtmPI5a5j/MQTT_TEST/user/get",
    "/#",
    "/+/MQTT_TEST/user/get",
    "/oyjtmPI5a5j/OTHER/user/get",
    "/oyjtmPI5a5j/+/user/get",
    "/oyjtmPI5a5j/#",
    "/another/MQTT_TEST/user/get",
    "/sys/oyjtmPI5a5j/OTHER/thing/#",
    "/sys/#",
    "/shadow/get/oyjtmPI5a5j/OTHER",
    "/ota/device/+/oyjtmPI5a5j/+",
    "/broadcast/another/all",
    "/constructor/MQTT_TEST",
    "/",
  ])("not its own: %s", (topic) => expect(isAliyunTopicOf(identity, topic)).toBe(false));

  test("another's filter is granted 128, and a message to another hangs up", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const client = await loggedIn(broker, right);
    expect(await granted(client, "/oyjtmPI5a5j/OTHER/user/get")).toBe(128);
    expect(await granted(client, "/oyjtmPI5a5j/MQTT_TEST/user/get")).toBe(0);
    expect(await published(client, "topic/pub")).toBe(true);
    expect(await published(client, "/oyjtmPI5a5j/MQTT_TEST/user/update")).toBe(true);
    expect(await published(client, "/oyjtmPI5a5j/OTHER/user/update")).toBe(false);
    expect(broker.warned).toEqual([
      "device oyjtmPI5a5j/MQTT_TEST may not subscribe to /oyjtmPI5a5j/OTHER/user/get: it is not its own",
      "device oyjtmPI5a5j/MQTT_TEST may not publish to /oyjtmPI5a5j/OTHER/user/update: it is not its own",
    ]);
  });
});
