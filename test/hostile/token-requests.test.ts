import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { httpRequest, type LoggedBroker, start, tokenRequest } from "../net/broker/cloud-clients.js";

const device = { productKey: "iot-x", deviceName: "d", deviceSecret: "Z0Z0Z0Z0" };
const begin = 1_530_784_981_000;
const form = tokenRequest(device.deviceSecret);
const request = Buffer.from(`POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: ${form.length}\r\n\r\n${form}`);

/** The request with some bytes replaced. */
const damaged = fc
  .tuple(
    fc.nat(request.length),
    fc.nat(12),
    fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constant(Buffer.from("\r\n"))),
  )
  .map(([at, gone, put]) => Buffer.concat([request.subarray(0, at), put, request.subarray(at + gone)]));
const line = fc.string({ unit: "binary", maxLength: 60 });
const withHeader = fc
  .record({ target: line, name: line, value: line, body: fc.uint8Array({ maxLength: 200 }) })
  .map(({ target, name, value, body }) => [Buffer.from(`POST ${target} HTTP/1.1\r\n${name}: ${value}\r\n\r\n`), body])
  .map((parts) => Buffer.concat(parts));
const noise = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const oddValue = fc
  .tuple(fc.constantFrom("clientId", "deviceName", "expire", "nonce", "productId", "timestamp", "signature"), line)
  .map(([name, value]) => form.replace(new RegExp(`(?<=${name}=)[^&]*`), () => encodeURIComponent(value)))
  .map((body) => Buffer.from(`POST /token HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`));

/** The answer, until the broker closes the connection. */
async function answerTo(broker: LoggedBroker, bytes: Buffer): Promise<string> {
  const socket = connect(broker.port, broker.host).on("error", () => {});
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    text += chunk;
  });
  socket.end(bytes);
  await once(socket, "close");
  return text;
}

test("any bytes are answered with HTTP or closed, and the next request is served", async () => {
  const broker = await start({ cloudDevices: [device], time: () => begin });
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, withHeader, noise, oddValue), async (bytes) => {
      const answer = await answerTo(broker, bytes);
      if (answer.startsWith("HTTP/1.1 200 ")) expect(answer).toMatch(/\r\n\r\n\{"returnCode":\d+,.*\}$/s);
      else expect(answer).toMatch(/^(HTTP\/1\.1 [1345]\d\d |\x20\x02.{2}$|$)/s);
    }),
    { numRuns: 300 },
  );
  expect((await httpRequest(broker, "/token", form)).body).toContain('"returnCode":0');
  for (const line of [...broker.logged, ...broker.warnings]) {
    expect(line).toMatch(/^[^\p{C}\u2028\u2029]{1,800}$/u);
    expect(line).not.toContain(device.deviceSecret);
  }
});
