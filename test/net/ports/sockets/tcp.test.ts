import { describe, expect, onTestFinished, test } from "vitest";
import { openTcp, type TcpOptions } from "../../../../net/ports/sockets/tcp.js";
import type { SerialPort } from "../../../../net/serial.js";
import { until, Witness } from "../../witness.js";
import { letsOneHostIn, owesWhatSerialPortsOwe } from "../front-ends.js";
import { dial, hostAt } from "./sockets.js";

const frontEnd = {
  open: (events: Witness) => openTcp({ port: 0 }, events),
  attach: async (port: SerialPort, how: { readonly reads: boolean }) => hostAt(await dial(port), how),
  reattaches: true,
};

describe("TCP is a front end", () => {
  owesWhatSerialPortsOwe(frontEnd);
  letsOneHostIn(frontEnd);
});

test("who hangs up and comes again at once is let in", async () => {
  const heard = new Witness();
  const port = await openTcp({ port: 0 }, heard);
  heard.answer = (bytes) => port.write(bytes);
  for (let round = 1; round <= 50; round += 1) {
    const [host, last] = [await dial(port), Buffer.from([round])];
    const told = new Promise((resolve) => host.once("data", resolve).once("close", () => resolve("turned away")));
    host.write(last);
    expect(await told).toEqual(last);
    host.end("AT\r");
    host.destroy();
  }
  expect(heard.count("refused")).toBe(0);
  await port.close();
});

test("who waits for the former host and gives up does not hold up the next one", async () => {
  const heard = new Witness();
  const port = await openTcp({ port: 0 }, heard);
  const first = await dial(port);
  await until("the first one", () => heard.count("attach") === 1);
  (await dial(port)).resetAndDestroy();
  const third = hostAt(await dial(port));
  first.destroy();
  await third.write(Buffer.from("AT\r"));
  await until("the third one's bytes", () => heard.bytes.toString() === "AT\r");
  await third.leave();
  await port.close();
});

describe("where it listens", () => {
  async function opened(options: TcpOptions) {
    const heard = new Witness();
    const port = await openTcp(options, heard);
    onTestFinished(() => port.close());
    return { heard, port };
  }

  test("is this machine only, unless an address is given; then it says so", async () => {
    const { port, heard } = await opened({ port: 0 });
    expect(port.path).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    const open = await opened({ host: "0.0.0.0", port: 0 });
    await until("the warning", () => open.heard.count("exposed") === 1);
    expect(open.heard.changes).toEqual([{ kind: "exposed", address: open.port.path }]);
    expect(heard.changes).toEqual([]);
  });

  test("may be an IPv6 address, which goes in brackets", async () => {
    const { port, heard } = await opened({ host: "::1", port: 0 });
    expect(port.path).toMatch(/^\[::1\]:\d+$/);
    const host = hostAt(await dial(port));
    await host.write(Buffer.from("AT\r"));
    await until("it", () => heard.bytes.length === 3);
    expect(heard.count("exposed")).toBe(0);
    await host.leave();
  });

  test("is refused in one line where something listens", async () => {
    const { port } = await opened({ port: 0 });
    const taken = Number(port.path.split(":")[1]);
    const refusal = await openTcp({ port: taken }, new Witness()).catch((error) => error);
    expect(refusal).toMatchObject({ name: "UserError", code: 1 });
    expect(refusal.message).toMatch(
      /^the module cannot listen on 127\.0\.0\.1:\d+: something listens there already[^\n]*$/,
    );
  });

  test.each([
    ["192.0.2.1", "this machine does not have that address"],
    ["no.such.name.invalid", "no such name"],
  ])("is refused where it cannot be: %s", async (host, why) => {
    await expect(openTcp({ host, port: 0 }, new Witness())).rejects.toThrow(why);
  });
});

test("what was said before a host closed its direction still reaches it", async () => {
  const heard = new Witness();
  const port = await openTcp({ port: 0 }, heard);
  heard.answer = () => port.write(Buffer.from("OK"));
  const socket = await dial(port);
  const host = hostAt(socket);
  socket.end("AT\r");
  await until("the answer", () => host.heard.toString() === "OK");
  await until("the detach", () => heard.count("detach") === 1);
  await port.close();
});

test("a host that closed its direction and does not read is gone, too", async () => {
  const heard = new Witness();
  const port = await openTcp({ port: 0 }, heard);
  const socket = await dial(port);
  const host = hostAt(socket, { reads: false });
  await until("the attach", () => heard.count("attach") === 1);
  for (let n = 0; n < 1024; n += 1) port.write(new Uint8Array(8192));
  socket.end();
  await until("the detach", () => heard.count("detach") === 1);
  const next = hostAt(await dial(port));
  await until("the next one", () => heard.count("attach") === 2);
  await Promise.all([host.leave(), next.leave(), port.close()]);
});
