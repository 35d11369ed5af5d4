import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { tokenContent, tokenSignature } from "../../../emulator/cloud/tencent.js";
import { Modem } from "../../../emulator/modem.js";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { createDialer } from "../../../net/link/dialer.js";
import { createRequestRunner } from "../../../net/link/requests.js";
import { Log } from "../../../net/log.js";
import { Loop } from "../../../net/loop.js";
import { scaledClock } from "../../../net/time/clock.js";
import { AtHost } from "../../interop/at-host.js";

/** A module with a real network, and its host. Every name leads to `port`; without one, to where the system finds it. */
function startModule(port: number | undefined, timeScale = 1) {
  const dialer = createDialer({
    resolve: (host, given) => (port === undefined ? { host, port: given } : { host: "127.0.0.1", port }),
  });
  const requests = createRequestRunner({ connect: dialer.connect });
  const log: string[] = [];
  const trace = new Log("trace", (line) => log.push(line));
  const clock = scaledClock(timeScale);
  const modem = new Modem({ profile: bc28, epochAtStart: Date.now() - clock.now() });
  const loop = new Loop({
    modem,
    clock,
    dial: dialer.dial,
    request: requests.start,
    sockets: () => ({ openUdp: () => ({ send() {}, close() {} }) }),
    keep: () => {},
    trace: (event) => trace.event(event),
  });
  const host = new AtHost({
    write: (bytes) => loop.tell({ from: "host", bytes }),
    listen: (onBytes) =>
      loop.join({
        path: "wire",
        write: (bytes) => setImmediate(onBytes, Uint8Array.from(bytes)),
        set: () => {},
        close: async () => {},
      }),
  });
  const close = async (): Promise<void> => {
    loop.powerDown();
    requests.close();
    await dialer.close();
  };
  onTestFinished(close);
  loop.powerUp();
  return { host, log, close };
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server does not listen");
  return address.port;
}

/** Starts a cloud that answers by HTTP; `answer` gets the form that was posted. Returns its port. */
const cloud = (answer: (form: URLSearchParams, response: ServerResponse) => void): Promise<number> =>
  listen(
    createServer(async (request: IncomingMessage, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      answer(new URLSearchParams(body), response);
    }),
  );

/** Starts a TCP server that does `treat` with each connection. Returns its port. */
const peer = (treat: (socket: Socket) => void): Promise<number> =>
  listen(createTcpServer((socket) => treat(socket.on("error", () => {}))));

const line = 'AT+QMTENAUTH="iot-x","d","iot-x@d","s3cret"';

async function resultOf(port: number | undefined, timeScale?: number, command = line): Promise<string> {
  const { host } = startModule(port, timeScale);
  await host.command(command);
  const [, result = ""] = await host.urc(/\+QMTTENAUTH: (.*)/, 15_000); // a resolver without a name server takes ten
  return result;
}

test("0: the signature is right, and the password reaches the host, but not the log", async () => {
  const port = await cloud((form, response) => {
    const value = (name: string): string => form.get(name) ?? "";
    const names = { clientId: value("clientId"), deviceName: value("deviceName"), productId: value("productId") };
    const numbers = { expire: value("expire"), nonce: value("nonce"), timestamp: value("timestamp") };
    const right = tokenSignature("s3cret", tokenContent({ ...names, ...numbers })) === value("signature");
    const recent = Math.abs(Number(numbers.timestamp) * 1000 - Date.now()) < 60_000;
    const data = { id: "iot-x@d", secret: "pa55w0rd", expire: 604_800 };
    response.end(JSON.stringify({ returnCode: right && recent ? 0 : 1, data }));
  });
  const { host, log } = startModule(port);
  await host.command(line);
  await host.urc(/\+QMTTENAUTH: 0,pa55w0rd/);
  expect(await host.command("AT+QMTENAUTH?")).toContain('+QMTTENAUTH: "pa55w0rd"');
  expect(log.join("\n")).toContain("+QMTTENAUTH: 0,***");
  expect(log.join("\n")).not.toMatch(/s3cret|pa55w0rd/);
});

test("1: the name does not resolve, by the system's resolver", async () => {
  expect(await resultOf(undefined, 1, `${line},7,"http://token.invalid/token"`)).toBe("1"); // RFC 6761 6.4
});

test("2: nothing listens", async () => {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  expect(await resultOf(port)).toBe("2");
});

test("3: another status than 200, and something else than HTTP", async () => {
  expect(await resultOf(await cloud((_, response) => response.writeHead(503).end()))).toBe("3");
  expect(await resultOf(await peer((socket) => socket.end("220 mail.example ESMTP\r\n")))).toBe("3");
});

test("4: the request is not taken", async () => {
  expect(await resultOf(await peer((socket) => socket.resetAndDestroy()))).toBe("4");
});

test("5: the answer holds no password", async () => {
  expect(await resultOf(await cloud((_, response) => response.end("<html>")))).toBe("5");
  expect(await resultOf(await cloud((_, response) => response.end('{"returnCode":1}')))).toBe("5");
});

test("6: no answer in 195 s of the module's time, and the connection is closed", async () => {
  let gone = (): void => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const port = await peer((socket) => socket.on("close", gone).resume());
  expect(await resultOf(port, 1000)).toBe("6");
  await left;
});

test("6: also while an answer comes slowly", async () => {
  const port = await peer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n{");
    const dripping = setInterval(() => socket.write(" "), 10);
    socket.on("close", () => clearInterval(dripping));
  });
  expect(await resultOf(port, 1000)).toBe("6");
});

test("closing the module does not wait for an answer", async () => {
  let gone = (): void => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  let came = (): void => {};
  const here = new Promise<void>((resolve) => {
    came = resolve;
  });
  const port = await peer((socket) => socket.on("close", gone).once("data", came));
  const { host, close } = startModule(port);
  await host.command(line);
  await here;
  await close();
  await left;
});
