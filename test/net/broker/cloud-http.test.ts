import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Duplex, duplexPair } from "node:stream";
import mqtt from "mqtt-packet";
import { describe, expect, onTestFinished, test } from "vitest";
import { detectProtocol } from "../../../net/broker/protocol-detection.js";
import { type Destination, mapName } from "../../../net/link/name-map.js";
import { ask, start, type WatchedBroker, wish } from "./cloud-clients.js";

const post = (body: string, head = ""): string =>
  `POST /token HTTP/1.1\r\nHost: gz.auth-device-iot.tencentcloudapi.com\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** All that is said to these pieces, each in a write of its own, until the broker hangs up. */
async function said(broker: WatchedBroker, pieces: Iterable<string | Uint8Array>): Promise<string> {
  const socket = dial(broker);
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    text += chunk;
  });
  const closed = once(socket, "close");
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  await closed;
  return text;
}

function dial({ host, port }: WatchedBroker): Socket {
  const socket = connect(port, host)
    .setNoDelay()
    .on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A token of a broker that knows no devices. */
const form = wish("any", { timestamp: Math.floor(Date.now() / 1000) });

describe("the broker's port speaks HTTP", () => {
  test("whole, byte by byte, and where a proxy would name the host", async () => {
    const broker = await start();
    const request = post(form);
    for (const pieces of [[request], request, [request.replace("/token", "http://gz.example/token?a=b")]]) {
      expect(await said(broker, pieces)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close.*\{"returnCode":0,/s);
    }
    expect(await said(broker, [request.replace("1.1", "1.0")])).toMatch(/^HTTP\/1\.1 200 OK.*"returnCode":0/s);
    expect(await said(broker, [post(form, "Expect: 100-continue\r\n")])).toMatch(/^HTTP\/1\.1 100 .* 200 OK/s);
  });

  test.each([
    ["POST", "/"],
    ["POST", "/token/x"],
    ["POST", "/device"],
    ["GET", "/token"],
    ["PUT", "/token"],
    ["DELETE", "//"],
  ])("404 for %s %s", async (method, path) => {
    expect(await ask(await start(), path, "", method)).toEqual({ status: 404, body: "" });
  });

  test("it is bounded: a long body, a long head, what is no HTTP after all", async () => {
    const broker = await start();
    expect(await ask(broker, "/token", "x".repeat(5000))).toEqual({ status: 413, body: "" });
    expect(await said(broker, [post("", `X: ${"x".repeat(5000)}\r\n`)])).toMatch(/^HTTP\/1\.1 431 /);
    expect(await said(broker, ["HELO broker\r\n\r\n"])).toMatch(/^HTTP\/1\.1 400 /);
    expect((await ask(broker, "/token", form)).status).toBe(200);
  });

  test("it is bounded: so many connections at once, and no more", async () => {
    const broker = await start();
    const open = Array.from({ length: 32 }, () => dial(broker));
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.write("POST /", resolve))));
    expect(await said(broker, ["P"])).toBe("");
    open[0]?.destroy();
    await expect.poll(() => said(broker, [post(form)])).toContain("200 OK");
  });

  test("it is bounded: of many requests in one segment the first is looked at", async () => {
    const broker = await start();
    const answers = await said(broker, [post("nonsense").repeat(100)]);
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(broker.warned).toHaveLength(1);
  });

  test("what follows the request is not taken for MQTT", async () => {
    const broker = await start();
    const connectPacket = mqtt.generate({ cmd: "connect", clientId: "smuggled" });
    expect(await said(broker, [Buffer.concat([Buffer.from(post(form)), connectPacket])])).not.toContain("\x20\x02");
    expect(`${broker.told}`).not.toContain("smuggled");
  });

  test("a client id of thousands of letters makes a short line", async () => {
    const broker = await start();
    const productId = "p".repeat(1500);
    const timestamp = Math.floor(Date.now() / 1000);
    const long = wish("any", { productId, clientId: `${productId}@d`, timestamp });
    await ask(broker, "/token", long);
    await ask(broker, "/token", long.replace(/timestamp=\d+/, "timestamp=0"));
    const lines = [...broker.told, ...broker.warned];
    expect(lines).toEqual([expect.stringContaining("p…"), expect.stringContaining("p…")]);
    for (const line of lines) expect(line.length).toBeLessThan(300);
  });

  test("a client that goes in the middle does no harm, and close hangs up on it", async () => {
    const broker = await start();
    const rude = dial(broker);
    await new Promise((resolve) => rude.write("POST /token HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", resolve));
    rude.resetAndDestroy();
    const slow = dial(broker);
    await new Promise((resolve) => slow.write("POST /tok", resolve));
    expect((await ask(broker, "/token", form)).status).toBe(200);
    const closed = once(slow, "close");
    await broker.close();
    await closed;
  });

  test("MQTT byte by byte is still MQTT", async () => {
    const connectPacket = mqtt.generate({ cmd: "connect", clientId: "slow", clean: true, keepalive: 0 });
    const answer = await said(
      await start(),
      [...connectPacket, 0xe0, 0].map((byte) => Uint8Array.of(byte)),
    );
    expect(answer).toBe("\x20\x02\x00\x00");
  });
});

describe("sorting by the first byte", () => {
  /** Who was handed the connection, and what can be read of it then. */
  const sorted = (stream: Duplex): Promise<readonly [taker: string, text: string]> =>
    new Promise((resolve) => {
      const taken = (taker: string) => (it: Duplex) => {
        let text = "";
        it.setEncoding("latin1").on("data", (chunk) => {
          text += chunk;
        });
        it.once("end", () => resolve([taker, text]));
      };
      detectProtocol(stream, { mqtt: taken("mqtt"), http: taken("http") });
    });

  const unwanted = (): never => expect.fail("it was handed on");
  const nobody = { mqtt: unwanted, http: unwanted };

  test.each([
    ["http", "POST /"],
    ["http", "G"],
    ["mqtt", "\x10\x00"],
    ["mqtt", "\x00"],
    ["mqtt", "get /"],
  ])("%s, of any stream, also where it ends at once: %j", async (taker, text) => {
    const [near, far] = duplexPair();
    near.end(text, "latin1");
    expect(await sorted(far)).toEqual([taker, text]);
  });

  test("one that says nothing is handed to nobody", async () => {
    const [near, far] = duplexPair();
    near.end();
    detectProtocol(far, nobody);
    await once(far, "close");
  });

  test("one that breaks is no exception", async () => {
    const broken = new Duplex({ read: () => {}, write: () => {} });
    detectProtocol(broken, nobody);
    broken.destroy(new Error("gone"));
    await new Promise<void>((resolve) => broken.once("close", resolve));
  });
});

test.each([
  "iot-as-mqtt.cn-shanghai.aliyuncs.com",
  "oyjtmPI5a5j.iot-as-mqtt.cn-shanghai.aliyuncs.com",
  "iot-as-mqtt.ap-southeast-1.aliyuncs.com",
  "gz.auth-device-iot.tencentcloudapi.com",
  "bj.auth-device-iot.tencentcloudapi.com",
  "auth-device-iot.tencentcloudapi.com",
  "1A17RZR3XX.iotcloud.tencentdevices.com",
  "mqtt-1e8w58ou4.ap-guangzhou.mqtt.tencentcloudmq.com",
])("with a broker %s leads to it, whatever the port", (host) => {
  const broker: Destination = { host: "127.0.0.1", port: 40_001 };
  for (const port of [80, 1883, 8883]) expect(mapName([], broker, host, port)).toBe(broker);
});
