import { createHmac } from "node:crypto";
import type { IClientOptions } from "mqtt";
import { describe, expect, test } from "vitest";
import { isAliyunTopicOf } from "../../../net/broker/cloud/aliyun.js";
import { closed, granted, loggedIn, login, published, start } from "./cloud-clients.js";

/** The device of the application note. */
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
const correctLogin = signed("securemode=3,signmethod=hmacsha256", hmac("sha256"));

describe("a login", () => {
  test.each<[string, IClientOptions]>([
    ["hmacsha256", correctLogin],
    ["hmacsha1", signed("securemode=3,signmethod=hmacsha1", hmac("sha1"))],
    ["hmacmd5", signed("securemode=3,signmethod=hmacmd5", hmac("md5"))],
    ["md5 where there is no method", signed("securemode=3", hmac("md5"))],
    ["capital hexadecimal digits", signed("securemode=3,signmethod=hmacsha1", hmac("sha1").toUpperCase())],
    ["a timestamp", signed("timestamp=789,signmethod=hmacsha1,securemode=3", hmac("sha1", `${content}timestamp789`))],
    ["further pairs of an SDK", signed("securemode=3,signmethod=hmacsha256,_v=sdk-c-3.0,lan=C,ext=0", hmac("sha256"))],
    ["MQTT 3.1", { ...correctLogin, protocolId: "MQIsdp", protocolVersion: 3 }],
  ])("%s", async (_, how) => {
    const broker = await start({ cloudDevices: [device] });
    expect(await login(broker, how)).not.toBe(4);
    expect(broker.warnings).toEqual([]);
  });

  test("of Alibaba's published example", async () => {
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
      { ...correctLogin, password: hmac("sha256", content, "wrong") },
      "is not hmacsha256 of its device secret",
    ],
    ["another method than the client id names", { ...correctLogin, password: hmac("md5") }, "is not hmacsha256 of"],
    [
      "another client id than the signed one",
      { ...correctLogin, clientId: correctLogin.clientId?.replace("client", "Client") ?? "" },
      "hmacsha256",
    ],
    ["an unknown device", { ...correctLogin, username: "NONE&oyjtmPI5a5j" }, "there is no device oyjtmPI5a5j/NONE"],
    ["the securemode of TLS", signed("securemode=2,signmethod=hmacsha256", hmac("sha256")), "securemode must be 3"],
    ["no securemode", signed("signmethod=hmacsha256", hmac("sha256")), "securemode must be 3"],
    ["an unknown method", signed("securemode=3,signmethod=md5", hmac("md5")), "signmethod must be one of"],
    ["no closing |", { ...correctLogin, clientId: "clientExample|securemode=3" }, "must end with"],
    [
      "product and device exchanged",
      { ...correctLogin, username: "oyjtmPI5a5j&MQTT_TEST" },
      "there is no device MQTT_TEST/oyj",
    ],
    ["a user of another form", { ...correctLogin, username: "MQTT_TEST" }, "must be DEVICE&PRODUCT"],
    ["a forgotten extension", { ...correctLogin, clientId: "clientExample" }, "its client id must end with"],
    ["no password", { clientId: correctLogin.clientId ?? "", username: user }, "it gives no password"],
  ])("refused with 4: %s", async (_, how, message) => {
    const broker = await start({ cloudDevices: [device, other] });
    expect(await login(broker, how)).toBe(4);
    expect(broker.warnings).toEqual([expect.stringContaining(message)]);
    expect(`${broker.warnings}${broker.logged}`).not.toContain(hmac("sha256"));
    expect(`${broker.warnings}${broker.logged}`).not.toContain(device.deviceSecret);
  });

  test("without known devices every well-formed one is accepted, with one warning", async () => {
    const broker = await start();
    expect(await login(broker, { ...correctLogin, password: "whatever" })).not.toBe(4);
    expect(await login(broker, { ...correctLogin, password: "else" })).not.toBe(4);
    expect(broker.warnings).toEqual([
      "device oyjtmPI5a5j/MQTT_TEST of Alibaba's cloud is accepted without a check; give --cloud-device oyjtmPI5a5j/MQTT_TEST/SECRET to check it",
    ]);
    expect(await login(broker, { ...correctLogin, clientId: "a|securemode=3" })).toBe(4);
  });

  test("of no cloud is not checked", async () => {
    const broker = await start({ cloudDevices: [device] });
    for (const how of [{}, { username: "a", password: "b" }, { username: "a&b" }, { clientId: "a|b|" }]) {
      const client = await loggedIn(broker, how);
      expect(await granted(client, `/oyjtmPI5a5j/MQTT_TEST/user/get`)).toBe(0);
      expect(await published(client, "/sys/x/y")).toBe(true);
    }
    expect(broker.warnings).toEqual([]);
  });

  test("is checked by the options, too", async () => {
    const broker = await start({ cloudDevices: [device], authenticate: () => 5, authorizeSubscribe: () => false });
    expect(await login(broker, correctLogin)).toBe(5);
    expect(await login(broker, { ...correctLogin, password: "x" })).toBe(4);
  });
});

describe("a session belongs to a device, not to a client id", () => {
  const otherUser = "OTHER&oyjtmPI5a5j";
  /** The login of the other device, with the same client id. */
  const twin = {
    ...correctLogin,
    username: otherUser,
    password: hmac("sha256", content.replace("MQTT_TEST", "OTHER"), other.deviceSecret),
  };

  test("two devices with the same client id have two sessions", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const one = await loggedIn(broker, correctLogin);
    const two = await loggedIn(broker, twin);
    expect(await published(one, "topic/pub")).toBe(true);
    expect(await published(two, "topic/pub")).toBe(true);
    expect(broker.clients()).toEqual([user, otherUser]);
  });

  test("a device that connects again with another client id takes its session over", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const one = await loggedIn(broker, correctLogin);
    const ended = closed(one);
    const password = hmac("sha256", content.replace("clientExample", "b"));
    await loggedIn(broker, { ...correctLogin, clientId: "b|securemode=3,signmethod=hmacsha256|", password });
    await ended;
    expect(broker.clients()).toEqual([user]);
  });

  test("messages for one device are not delivered to another", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const one = await loggedIn(broker, { ...correctLogin, clean: false });
    expect(await granted(one, "/oyjtmPI5a5j/MQTT_TEST/user/get")).toBe(0);
    const ended = closed(one);
    one.end();
    await ended;
    await broker.publish("/oyjtmPI5a5j/MQTT_TEST/user/get", "kept", { qos: 1 });
    const two = await loggedIn(broker, { ...twin, clean: false });
    const first = new Promise<string>((resolve) => two.once("message", resolve));
    expect(await granted(two, "topic/pub")).toBe(0);
    expect(await published(two, "topic/pub")).toBe(true);
    expect(await first).toBe("topic/pub");
  });

  test("a will to a topic of another device is not published", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const topic = "/oyjtmPI5a5j/OTHER/user/get";
    const messages: string[] = [];
    broker.watch((message) => void messages.push(message.topic));
    await loggedIn(broker, { ...correctLogin, will: { topic, payload: Buffer.from("x"), qos: 0, retain: false } });
    broker.disconnect(user);
    await expect.poll(() => broker.warnings).toEqual([expect.stringContaining(`may not publish to ${topic}`)]);
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
  ])("allowed: %s", (topic) => expect(isAliyunTopicOf(identity, topic)).toBe(true));

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
  ])("not allowed: %s", (topic) => expect(isAliyunTopicOf(identity, topic)).toBe(false));

  test("a filter of another device gets 128, and a message to it closes the connection", async () => {
    const broker = await start({ cloudDevices: [device, other] });
    const client = await loggedIn(broker, correctLogin);
    expect(await granted(client, "/oyjtmPI5a5j/OTHER/user/get")).toBe(128);
    expect(await granted(client, "/oyjtmPI5a5j/MQTT_TEST/user/get")).toBe(0);
    expect(await published(client, "topic/pub")).toBe(true);
    expect(await published(client, "/oyjtmPI5a5j/MQTT_TEST/user/update")).toBe(true);
    expect(await published(client, "/oyjtmPI5a5j/OTHER/user/update")).toBe(false);
    expect(broker.warnings).toEqual([
      "device oyjtmPI5a5j/MQTT_TEST may not subscribe to /oyjtmPI5a5j/OTHER/user/get: only its own topics are allowed",
      "device oyjtmPI5a5j/MQTT_TEST may not publish to /oyjtmPI5a5j/OTHER/user/update: only its own topics are allowed",
    ]);
  });
});
