import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromText } from "../../../at/octets.js";
import { type AliSignMethod, aliyunContent, aliyunLogin, aliyunPassword } from "../../../emulator/cloud/aliyun.js";

const example = { clientId: "clientExample", productKey: "oyjtmPI5a5j", deviceName: "MQTT_TEST" };
const secret = "wN9Y6pZSIly7Exa5qVzcmigEGO4kAazZ";

describe("the note's example", () => {
  test("the text that is signed", () =>
    expect(aliyunContent(example)).toBe("clientIdclientExampledeviceNameMQTT_TESTproductKeyoyjtmPI5a5j"));

  test.each<[AliSignMethod, string]>([
    ["hmacmd5", "9bf8318e2556f24b7068649883e26209"],
    ["hmacsha1", "1cc463d534daff2e882fc10323ce58609bd7d4af"],
    ["hmacsha256", "1e7a33446a5269fc55dff95af10118b95abcd6d18e0b7c80dca0de2dd546b801"],
  ])("%s", (method, password) => {
    expect(aliyunLogin(example, method, secret)).toEqual({
      clientId: `clientExample|securemode=3,signmethod=${method}|`,
      user: "MQTT_TEST&oyjtmPI5a5j",
      password,
    });
  });
});

test("Alibaba's published example, which signs a timestamp", () => {
  const identity = { clientId: "12345", productKey: "pk", deviceName: "device", timestamp: "789" };
  expect(aliyunContent(identity)).toBe("clientId12345deviceNamedeviceproductKeypktimestamp789");
  expect(aliyunLogin(identity, "hmacsha1", "secret")).toEqual({
    clientId: "12345|securemode=3,signmethod=hmacsha1,timestamp=789|",
    user: "device&pk",
    password: "FAFD82A3D602B37FB0FA8B7892F24A477F851A14".toLowerCase(),
  });
});

test("text that is not ASCII is signed as the bytes that were typed", () => {
  const typed = { clientId: fromText("gerät"), productKey: "pk", deviceName: fromText("室温") };
  const password = createHmac("sha256", "clé").update("clientIdgerätdeviceName室温productKeypk").digest("hex");
  expect(aliyunPassword(typed, "hmacsha256", fromText("clé"))).toBe(password);
});
