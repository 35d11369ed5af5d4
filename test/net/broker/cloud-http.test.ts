import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Duplex, duplexPair } from "node:stream";
import mqtt from "mqtt-packet";
import { describe, expect, onTestFinished, test } from "vitest";
import { detectProtocol } from "../../../net/broker/protocol-detection.js";
import { type Destination, mapName } from "../../../net/link/name-map.js";
import { httpRequest, type LoggedBroker, start, tokenRequest } from "./cloud-clients.js";

const post = (body: string, head = ""): string =>
  `POST /token HTTP/1.1\r\nHost: gz.auth-device-iot.tencentcloudapi.com\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** The answer to these pieces, each in a write of its own, until the broker closes the connection. */
async function answerTo(broker: LoggedBroker, pieces: Iterable<string | Uint8Array>): Promise<string> {
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

function dial({ host, port }: LoggedBroker): Socket {
  const socket = connect(port, host)
    .setNoDelay()
    .on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A token request to a broker without known devices. */
const form = tokenRequest("any", { timestamp: Math.floor(Date.now() / 1000) });

describe("HTTP on the broker's port", () => {
  test("whole, byte by byte, and with the URL of a proxy", async () => {
    const broker = await start();
    const request = post(form);
    for (const pieces of [[request], request, [request.replace("/token", "http://gz.example/token?a=b")]]) {
      expect(await answerTo(broker, pieces)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close.*\{"returnCode":0,/s);
    }
    expect(await answerTo(broker, [request.replace("1.1", "1.0")])).toMatch(/^HTTP\/1\.1 200 OK.*"returnCode":0/s);
    expect(await answerTo(broker, [post(form, "Expect: 100-continue\r\n")])).toMatch(/^HTTP\/1\.1 100 .* 200 OK/s);
  });

  test.each([
    ["POST", "/"],
    ["POST", "/token/x"],
    ["POST", "/device"],
    ["GET", "/token"],
    ["PUT", "/token"],
    ["DELETE", "//"],
  ])("404 for %s %s", async (method, path) => {
    expect(await httpRequest(await start(), path, "", method)).toEqual({ status: 404, body: "" });
  });

  test("limits: a long body, a long header, no HTTP", async () => {
    const broker = await start();
    expect(await httpRequest(broker, "/token", "x".repeat(5000))).toEqual({ status: 413, body: "" });
    expect(await answerTo(broker, [post("", `X: ${"x".repeat(5000)}\r\n`)])).toMatch(/^HTTP\/1\.1 431 /);
    expect(await answerTo(broker, ["HELO broker\r\n\r\n"])).toMatch(/^HTTP\/1\.1 400 /);
    expect((await httpRequest(broker, "/token", form)).status).toBe(200);
  });

  test("limits: 32 connections at once", async () => {
    const broker = await start();
    const open = Array.from({ length: 32 }, () => dial(broker));
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.write("POST /", resolve))));
    expect(await answerTo(broker, ["P"])).toBe("");
    open[0]?.destroy();
    await expect.poll(() => answerTo(broker, [post(form)])).toContain("200 OK");
  });

  test("limits: only the first request of a connection is answered", async () => {
    const broker = await start();
    const answers = await answerTo(broker, [post("nonsense").repeat(100)]);
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(broker.warnings).toHaveLength(1);
  });

  test("bytes after the request are not handled as MQTT", async () => {
    const broker = await start();
    const connectPacket = mqtt.generate({ cmd: "connect", clientId: "hidden" });
    expect(await answerTo(broker, [Buffer.concat([Buffer.from(post(form)), connectPacket])])).not.toContain("\x20\x02");
    expect(`${broker.logged}`).not.toContain("hidden");
  });

  test("a client id of thousands of letters gives a short line", async () => {
    const broker = await start();
    const productId = "p".repeat(1500);
    const timestamp = Math.floor(Date.now() / 1000);
    const long = tokenRequest("any", { productId, clientId: `${productId}@d`, timestamp });
    await httpRequest(broker, "/token", long);
    await httpRequest(broker, "/token", long.replace(/timestamp=\d+/, "timestamp=0"));
    const lines = [...broker.logged, ...broker.warnings];
    expect(lines).toEqual([expect.stringContaining("p…"), expect.stringContaining("p…")]);
    for (const line of lines) expect(line.length).toBeLessThan(300);
  });

  test("a client may reset in the middle of a request, and close ends one that is incomplete", async () => {
    const broker = await start();
    const resetting = dial(broker);
    await new Promise((resolve) => resetting.write("POST /token HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", resolve));
    resetting.resetAndDestroy();
    const slow = dial(broker);
    await new Promise((resolve) => slow.write("POST /tok", resolve));
    expect((await httpRequest(broker, "/token", form)).status).toBe(200);
    const closed = once(slow, "close");
    await broker.close();
    await closed;
  });

  test("MQTT byte by byte is still MQTT", async () => {
    const connectPacket = mqtt.generate({ cmd: "connect", clientId: "slow", clean: true, keepalive: 0 });
    const answer = await answerTo(
      await start(),
      [...connectPacket, 0xe0, 0].map((byte) => Uint8Array.of(byte)),
    );
    expect(answer).toBe("\x20\x02\x00\x00");
  });
});

describe("the protocol is detected by the first byte", () => {
  /** The handler that gets the connection, and what it can read. */
  const detected = (stream: Duplex): Promise<readonly [handler: string, text: string]> =>
    new Promise((resolve) => {
      const handler = (name: string) => (it: Duplex) => {
        let text = "";
        it.setEncoding("latin1").on("data", (chunk) => {
          text += chunk;
        });
        it.once("end", () => resolve([name, text]));
      };
      detectProtocol(stream, { mqtt: handler("mqtt"), http: handler("http") });
    });

  const unexpected = (): never => expect.fail("a handler was called");
  const none = { mqtt: unexpected, http: unexpected };

  test.each([
    ["http", "POST /"],
    ["http", "G"],
    ["mqtt", "\x10\x00"],
    ["mqtt", "\x00"],
    ["mqtt", "get /"],
  ])("%s, of any stream, also where it ends at once: %j", async (name, text) => {
    const [near, far] = duplexPair();
    near.end(text, "latin1");
    expect(await detected(far)).toEqual([name, text]);
  });

  test("a connection without bytes goes to no handler", async () => {
    const [near, far] = duplexPair();
    near.end();
    detectProtocol(far, none);
    await once(far, "close");
  });

  test("a connection that fails throws nothing", async () => {
    const broken = new Duplex({ read: () => {}, write: () => {} });
    detectProtocol(broken, none);
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
])("with a broker, %s leads to it at any port", (host) => {
  const broker: Destination = { host: "127.0.0.1", port: 40_001 };
  for (const port of [80, 1883, 8883]) expect(mapName([], broker, host, port)).toBe(broker);
});
