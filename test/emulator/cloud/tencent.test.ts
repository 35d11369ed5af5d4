import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromText } from "../../../at/octets.js";
import {
  grantedPassword,
  maskedForm,
  tokenContent,
  tokenForm,
  tokenSignature,
} from "../../../emulator/cloud/tencent.js";

const request = {
  productId: "iot-x",
  deviceName: "d",
  clientId: "p@d",
  expire: 604_800,
  nonce: 123_456,
  timestamp: 1_530_784_981,
};

describe("a known request", () => {
  test("the text that is signed", () =>
    expect(tokenContent(request)).toBe(
      "clientId=p@d&deviceName=d&expire=604800&nonce=123456&productId=iot-x&timestamp=1530784981",
    ));
  test("its signature", () =>
    expect(tokenSignature("test", tokenContent(request))).toBe("hfHzyM0mtSfrqOo7rDNx6LkxiGE8TsqhgHdtmxR3HDo="));
  test("its form, the signature last", () =>
    expect(tokenForm(request, "test")).toBe(
      "clientId=p%40d&deviceName=d&expire=604800&nonce=123456&productId=iot-x&timestamp=1530784981" +
        "&signature=hfHzyM0mtSfrqOo7rDNx6LkxiGE8TsqhgHdtmxR3HDo%3D",
    ));
  test("its form in the trace", () =>
    expect(maskedForm(tokenForm(request, "test"))).toMatch(/&timestamp=1530784981&signature=\*\*\*$/));
});

test("any names and secrets can be decoded from the form, and are signed as the bytes that were typed", () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(text, text, text, (product, device, secret) => {
      const names = {
        productId: fromText(product),
        deviceName: fromText(device),
        clientId: fromText(`${product}@${device}`),
      };
      const fields = [...new URLSearchParams(tokenForm({ ...request, ...names }, fromText(secret)))];
      const signed = `clientId=${product}@${device}&deviceName=${device}&expire=604800&nonce=123456&productId=${product}&timestamp=1530784981`;
      expect(fields).toEqual([
        ["clientId", `${product}@${device}`],
        ["deviceName", device],
        ["expire", "604800"],
        ["nonce", "123456"],
        ["productId", product],
        ["timestamp", "1530784981"],
        ["signature", createHmac("sha256", secret).update(signed).digest("base64")],
      ]);
    }),
  );
});

describe("an answer", () => {
  const data = { id: "user", secret: "pass", expire: 604_800 };
  const granted = (json: unknown) => grantedPassword(Buffer.from(JSON.stringify(json)));

  test.each([
    ["grants the password", { returnCode: 0, data }, "pass"],
    ["may hold more", { returnCode: 0, message: "", data: { ...data, region: "gz" }, requestId: 7 }, "pass"],
    ["is UTF-8", { returnCode: 0, data: { ...data, secret: "pässwört" } }, fromText("pässwört")],
    ["as long as AT+QMTCONN takes it", { returnCode: 0, data: { ...data, secret: "a".repeat(256) } }, "a".repeat(256)],
  ])("%s", (_, json, password) => expect(granted(json)).toBe(password));

  test.each([
    ["that refuses", { returnCode: 1, message: "no", data }],
    ["whose code is text", { returnCode: "0", data }],
    ["without a code", { data }],
    ["without data", { returnCode: 0 }],
    ["whose data is a list", { returnCode: 0, data: [data] }],
    ["whose data is nothing", { returnCode: 0, data: null }],
    ["without a password", { returnCode: 0, data: { id: "user", expire: 1 } }],
    ["without an id", { returnCode: 0, data: { secret: "pass", expire: 1 } }],
    ["that does not say how long", { returnCode: 0, data: { id: "user", secret: "pass" } }],
    ["with an empty password", { returnCode: 0, data: { ...data, secret: "" } }],
    ["with a number for a password", { returnCode: 0, data: { ...data, secret: 7 } }],
    ["with a password that breaks the line", { returnCode: 0, data: { ...data, secret: "a\r\nOK" } }],
    ["with a NUL in the password", { returnCode: 0, data: { ...data, secret: "a\0" } }],
    ["with half a character in the password", { returnCode: 0, data: { ...data, secret: "a\ud800" } }],
    ["with a password that is too long", { returnCode: 0, data: { ...data, secret: "a".repeat(257) } }],
    ["that is text", "pass"],
    ["that is a number", 0],
    ["that is nothing", null],
    ["that is a list", [{ returnCode: 0, data }]],
  ])("%s grants none", (_, json) => expect(granted(json)).toBeUndefined());

  test.each([
    ["empty", ""],
    ["a page", "<html>"],
    ["cut off", '{"returnCode":0,"data":{"id":"u","secret":"pass","expire":1}'],
    ["no UTF-8", Buffer.from('{"returnCode":0,"data":{"id":"u","secret":"\xe9","expire":1}}', "latin1")],
    ["nested without end", "[".repeat(100_000)],
    ["of another prototype", '{"__proto__":{"returnCode":0,"data":{"id":"u","secret":"pass","expire":1}}}'],
  ])("%s grants none", (_, body) => expect(grantedPassword(Buffer.from(body))).toBeUndefined());
});
