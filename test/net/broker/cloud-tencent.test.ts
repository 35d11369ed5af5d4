import fc from "fast-check";
import type { IClientOptions } from "mqtt";
import { describe, expect, test } from "vitest";
import { isTencentTopicOf } from "../../../net/broker/cloud/tencent.js";
import { readTokenRequest } from "../../../net/broker/cloud/token-endpoint.js";
import {
  granted,
  httpRequest,
  type LoggedBroker,
  loggedIn,
  login,
  published,
  start,
  tokenRequest,
} from "./cloud-clients.js";

const device = { productKey: "iot-x", deviceName: "d", deviceSecret: "te/st==" };
const other = { productKey: "iot-y", deviceName: "e", deviceSecret: "other" };
const startTime = 1_530_784_981_000;
const day = 86_400_000;

/** A broker whose calendar time the test sets. */
async function startAt(more = {}): Promise<{ broker: LoggedBroker; clock: { now: number } }> {
  const clock = { now: startTime };
  const broker = await start({ cloudDevices: [device, other], time: () => clock.now, ...more });
  return { broker, clock };
}

async function token(broker: LoggedBroker, form = tokenRequest(device.deviceSecret)): Promise<IClientOptions> {
  const { status, body } = await httpRequest(broker, "/token", form);
  expect(status).toBe(200);
  const { returnCode, data } = JSON.parse(body);
  expect(returnCode).toBe(0);
  expect(data).toEqual({ id: "iot-x@d", secret: expect.stringMatching(/^[\da-f]{32}$/), expire: 86_400 });
  return { clientId: "iot-x@d", username: data.id, password: data.secret };
}

describe("a token", () => {
  test("is given to the device, and accepted until it expires", async () => {
    const { broker, clock } = await startAt();
    const how = await token(broker);
    expect(await login(broker, how)).not.toBe(4);
    clock.now += day - 1;
    expect(await login(broker, how)).not.toBe(4);
    clock.now += 1;
    expect(await login(broker, how)).toBe(4);
    expect(broker.warnings).toEqual([
      "client iot-x@d is refused: its password is not that of a token which is still good",
    ]);
    expect(`${broker.logged}`).not.toContain(how.password);
  });

  test("is the same for the same request, another one for another request, and all are valid", async () => {
    const { broker } = await startAt();
    const one = await token(broker);
    expect(await token(broker)).toEqual(one);
    const two = await token(broker, tokenRequest(device.deviceSecret, { nonce: 7 }));
    expect(two.password).not.toBe(one.password);
    expect(await login(broker, one)).not.toBe(4);
    expect(await login(broker, two)).not.toBe(4);
  });

  test("is given for fields in any order, and with further fields", async () => {
    const { broker } = await startAt();
    await token(broker, `more=1&${tokenRequest(device.deviceSecret).split("&").reverse().join("&")}`);
  });

  test.each<[string, IClientOptions]>([
    ["another password", { password: "x" }],
    ["no password", { password: undefined as unknown as string }],
    ["another user", { username: "d" }],
    ["another device", { clientId: "iot-y@e", username: "iot-y@e" }],
    ["an unknown device", { clientId: "iot-x@z" }],
    ["an unknown product", { clientId: "iot-z@d", username: "iot-z@d" }],
  ])("refused with 4: %s", async (_, more) => {
    const { broker } = await startAt();
    expect(await login(broker, { ...(await token(broker)), ...more })).toBe(4);
  });

  test("is not needed for a client id like an e-mail address", async () => {
    const { broker } = await startAt();
    expect(await login(broker, { clientId: "me@laptop" })).not.toBe(4);
    expect(await login(broker, { clientId: "me@laptop", username: "me", password: "x" })).not.toBe(4);
    expect(broker.warnings).toEqual([]);
  });

  test("is valid only as one of the newest eight of a device", async () => {
    const { broker } = await startAt();
    const all: IClientOptions[] = [];
    for (let nonce = 1; nonce <= 9; nonce += 1)
      all.push(await token(broker, tokenRequest(device.deviceSecret, { nonce })));
    expect(await login(broker, all[0] ?? {})).toBe(4);
    expect(await login(broker, all[1] ?? {})).not.toBe(4);
  });

  test("without known devices is given to all, and every login is accepted", async () => {
    const { broker } = await startAt({ cloudDevices: [] });
    const how = await token(broker, tokenRequest("any"));
    expect(await login(broker, how)).not.toBe(4);
    expect(await login(broker, { ...how, password: "else" })).not.toBe(4);
    expect(broker.warnings).toEqual([
      "device iot-x/d of Tencent's cloud is accepted without a check; give --cloud-device iot-x/d/SECRET to check it",
    ]);
  });
});

describe("no token for", () => {
  const refused: readonly (readonly [name: string, form: string, code: number])[] = [
    ["a wrong signature", tokenRequest("wrong"), 401],
    ["a changed value", tokenRequest(device.deviceSecret).replace("123456", "123457"), 401],
    ["a signature whose + and / are not encoded", `${decodeURIComponent(tokenRequest("t3"))}`, 401],
    ["an unknown device", tokenRequest("x", { deviceName: "z", clientId: "iot-x@z" }), 404],
    ["another client id", tokenRequest(device.deviceSecret, { clientId: "iot-x@e" }), 400],
    ["a clock that is two days off", tokenRequest(device.deviceSecret, { timestamp: 1_530_784_981 - 172_800 }), 408],
    ["an expiry of 0", tokenRequest(device.deviceSecret, { expire: 0 }), 400],
    ["more than sixty days", tokenRequest(device.deviceSecret, { expire: 5_184_001 }), 400],
    ["a nonce that is no number", tokenRequest(device.deviceSecret, { nonce: "x" }), 400],
    ["a field twice", `${tokenRequest(device.deviceSecret)}&nonce=1`, 400],
    ["no signature", tokenRequest(device.deviceSecret).replace(/&signature=.*/, ""), 400],
    ["nothing", "", 400],
    ["JSON", '{"productId":"iot-x"}', 400],
  ];
  test.each(refused)("%s", async (_, form, code) => {
    const { broker } = await startAt();
    const { status, body } = await httpRequest(broker, "/token", form);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ returnCode: code, message: expect.any(String) });
    expect(broker.warnings).toEqual([expect.stringMatching(/^Tencent: no token for /)]);
    expect(`${broker.warnings}`).not.toContain(device.deviceSecret);
  });

  test("any form is parsed, or the error says what is wrong", () => {
    const pairs = fc.array(fc.tuple(fc.constantFrom("clientId", "nonce", "signature", "x"), fc.string()));
    const form = fc.oneof(
      fc.string({ unit: "binary" }),
      pairs.map((all) => new URLSearchParams(all).toString()),
    );
    fc.assert(
      fc.property(form, (body) => {
        expect(readTokenRequest(body)).toEqual({ problem: expect.any(String) });
      }),
    );
    const text = fc.stringMatching(/^[\w.-]{1,20}$/);
    fc.assert(
      fc.property(text, text, fc.string({ minLength: 1 }), (productId, deviceName, secret) => {
        const clientId = `${productId}@${deviceName}`;
        const read = readTokenRequest(tokenRequest(secret, { productId, deviceName, clientId }));
        expect(read).toMatchObject({ productId, deviceName, clientId, expire: "86400", nonce: "123456" });
      }),
    );
  });
});

describe("topics", () => {
  const isProduct = (name: string) => name === "iot-y";
  const identity = { ...device, cloud: "Tencent" } as const;
  test.each(["topic/pub", "iot-x/d/event", "iot-x/d/#", "$shadow/operation/iot-x/d", "$ota/update/iot-x/d", "a/#"])(
    "allowed: %s",
    (topic) => expect(isTencentTopicOf(identity, topic, isProduct)).toBe(true),
  );
  test.each([
    "#",
    "+/d/event",
    "iot-x/e/event",
    "iot-x/+/event",
    "iot-x/#",
    "iot-y/e/event",
    "$shadow/operation/#",
    "$SYS/#",
  ])("not allowed: %s", (topic) => expect(isTencentTopicOf(identity, topic, isProduct)).toBe(false));

  test("a filter of another device gets 128, and a message to it closes the connection", async () => {
    const { broker } = await startAt();
    const client = await loggedIn(broker, await token(broker));
    expect(await granted(client, "iot-y/e/control")).toBe(128);
    expect(await granted(client, "iot-x/d/control")).toBe(0);
    expect(await published(client, "iot-x/d/event")).toBe(true);
    expect(await published(client, "iot-y/e/event")).toBe(false);
  });
});
