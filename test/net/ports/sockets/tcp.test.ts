import { describe, expect, onTestFinished, test } from "vitest";
import { openTcp, type TcpOptions } from "../../../../net/ports/sockets/tcp.js";
import type { SerialPort } from "../../../../net/serial.js";
import { PortRecorder, until } from "../../port-recorder.js";
import { testSerialPort, testSingleHost } from "../serial-port-contract.js";
import { dial, hostAt } from "./sockets.js";

const frontEnd = {
  open: (events: PortRecorder) => openTcp({ port: 0 }, events),
  attach: async (port: SerialPort, how: { readonly reads: boolean }) => hostAt(await dial(port), how),
  reattaches: true,
};

describe("TCP is a front end", () => {
  testSerialPort(frontEnd);
  testSingleHost(frontEnd);
});

test("a host that reconnects at once is attached", async () => {
  const recorder = new PortRecorder();
  const port = await openTcp({ port: 0 }, recorder);
  recorder.onReceived = (bytes) => port.write(bytes);
  for (let round = 1; round <= 50; round += 1) {
    const [host, last] = [await dial(port), Buffer.from([round])];
    const answer = new Promise((resolve) => host.once("data", resolve).once("close", () => resolve("refused")));
    host.write(last);
    expect(await answer).toEqual(last);
    host.end("AT\r");
    host.destroy();
  }
  expect(recorder.count("refused")).toBe(0);
  await port.close();
});

test("a host that gives up while it waits does not delay the next one", async () => {
  const recorder = new PortRecorder();
  const port = await openTcp({ port: 0 }, recorder);
  const first = await dial(port);
  await until("the first one", () => recorder.count("attach") === 1);
  (await dial(port)).resetAndDestroy();
  const third = hostAt(await dial(port));
  first.destroy();
  await third.write(Buffer.from("AT\r"));
  await until("the third one's bytes", () => recorder.bytes.toString() === "AT\r");
  await third.leave();
  await port.close();
});

describe("the address", () => {
  async function opened(options: TcpOptions) {
    const recorder = new PortRecorder();
    const port = await openTcp(options, recorder);
    onTestFinished(() => port.close());
    return { recorder, port };
  }

  test("is for this machine only, unless another one is given; that is reported", async () => {
    const { port, recorder } = await opened({ port: 0 });
    expect(port.path).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    const open = await opened({ host: "0.0.0.0", port: 0 });
    await until("the warning", () => open.recorder.count("exposed") === 1);
    expect(open.recorder.changes).toEqual([{ kind: "exposed", address: open.port.path }]);
    expect(recorder.changes).toEqual([]);
  });

  test("may be an IPv6 address, which is written in brackets", async () => {
    const { port, recorder } = await opened({ host: "::1", port: 0 });
    expect(port.path).toMatch(/^\[::1\]:\d+$/);
    const host = hostAt(await dial(port));
    await host.write(Buffer.from("AT\r"));
    await until("it", () => recorder.bytes.length === 3);
    expect(recorder.count("exposed")).toBe(0);
    await host.leave();
  });

  test("is refused with one line where something listens", async () => {
    const { port } = await opened({ port: 0 });
    const taken = Number(port.path.split(":")[1]);
    const refusal = await openTcp({ port: taken }, new PortRecorder()).catch((error) => error);
    expect(refusal).toMatchObject({ name: "UserError", code: 1 });
    expect(refusal.message).toMatch(
      /^the module cannot listen on 127\.0\.0\.1:\d+: something listens there already[^\n]*$/,
    );
  });

  test.each([
    ["192.0.2.1", "this machine does not have that address"],
    ["no.such.name.invalid", "no such name"],
  ])("is refused where the system refuses it: %s", async (host, why) => {
    await expect(openTcp({ host, port: 0 }, new PortRecorder())).rejects.toThrow(why);
  });
});

test("output reaches a host that has closed its direction before", async () => {
  const recorder = new PortRecorder();
  const port = await openTcp({ port: 0 }, recorder);
  recorder.onReceived = () => port.write(Buffer.from("OK"));
  const socket = await dial(port);
  const host = hostAt(socket);
  socket.end("AT\r");
  await until("the answer", () => host.received.toString() === "OK");
  await until("the detach", () => recorder.count("detach") === 1);
  await port.close();
});

test("a host that closes its direction and does not read is detached, too", async () => {
  const recorder = new PortRecorder();
  const port = await openTcp({ port: 0 }, recorder);
  const socket = await dial(port);
  const host = hostAt(socket, { reads: false });
  await until("the attach", () => recorder.count("attach") === 1);
  for (let n = 0; n < 1024; n += 1) port.write(new Uint8Array(8192));
  socket.end();
  await until("the detach", () => recorder.count("detach") === 1);
  const next = hostAt(await dial(port));
  await until("the next one", () => recorder.count("attach") === 2);
  await Promise.all([host.leave(), next.leave(), port.close()]);
});
