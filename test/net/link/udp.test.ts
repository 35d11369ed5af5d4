import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import type { Endpoint } from "../../../emulator/sockets/socket.js";
import { LocalServers } from "../../../net/link/local-servers.js";
import { type UdpOptions, type UdpSocket, udpOpener } from "../../../net/link/udp.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function server(address = "127.0.0.1"): Promise<Socket & { readonly at: Endpoint }> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  closing.push(() => socket.close());
  return Object.assign(socket, { at: { address, port: socket.address().port } });
}

/** A UDP socket of the module, and what it has reported. */
function opened(options: Partial<UdpOptions> = {}) {
  const heard: (readonly [from: string, text: string])[] = [];
  const done: (readonly [number, boolean])[] = [];
  const open = udpOpener({
    resolve: (host, port) => ({ host, port }),
    lookup: (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
    local: new LocalServers(),
    ...options,
  });
  const socket: UdpSocket = open({
    datagram: ({ address, port }, bytes) => heard.push([`${address}:${port}`, Buffer.from(bytes).toString()]),
    done: (number, isHanded) => done.push([number, isHanded]),
  });
  closing.push(() => socket.close());
  const until = async (fits: () => boolean): Promise<void> => {
    for (let left = 200; left > 0 && !fits(); left -= 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(fits()).toBe(true);
  };
  return { socket, heard, done, until };
}

const text = (bytes: string): Uint8Array => Buffer.from(bytes);

describe("a UDP socket of the module", () => {
  test("sends, hears the answer, and reports what had a number", async () => {
    const echo = await server();
    echo.on("message", (bytes, from) => echo.send(`>${bytes}`, from.port, from.address));
    const { socket, heard, done, until } = opened();
    socket.send(echo.at, text("one"), 7);
    socket.send(echo.at, text("two"), undefined);
    await until(() => heard.length === 2);
    expect(heard.map(([, each]) => each).toSorted()).toEqual([">one", ">two"]);
    expect(done).toEqual([[7, true]]);
  });

  test("listens on loopback only, where it sends to loopback", async () => {
    const own = await server();
    const { socket } = opened();
    socket.send(own.at, text("one"), undefined);
    const [, from] = await once(own, "message");
    expect(from).toMatchObject({ address: "127.0.0.1" });
  });

  test("shows the address that the module has sent to, wherever it leads, also by a name", async () => {
    const echo = await server();
    echo.on("message", (bytes, from) => echo.send(bytes, from.port, from.address));
    const { socket, heard, until } = opened({ resolve: () => ({ host: "server.example", port: echo.at.port }) });
    socket.send({ address: "192.0.2.1", port: 5683 }, text("one"), undefined);
    await until(() => heard.length === 1);
    expect(heard).toEqual([["192.0.2.1:5683", "one"]]);
  });

  test("hears nobody to whom it has not sent, as behind a NAT", async () => {
    const [known, stranger] = [await server(), await server()];
    const { socket, heard, until } = opened();
    socket.send(known.at, text("one"), undefined);
    const [, from] = await once(known, "message");
    stranger.send("unwanted", from.port, from.address);
    known.send("wanted", from.port, from.address);
    await until(() => heard.length > 0);
    expect(heard).toEqual([[`127.0.0.1:${known.at.port}`, "wanted"]]);
  });

  test("reaches IPv6", async () => {
    const echo = await server("::1").catch(() => undefined);
    if (echo === undefined) return; // a machine without IPv6
    echo.on("message", (bytes, from) => echo.send(bytes, from.port, from.address));
    const { socket, heard, until } = opened({ resolve: () => ({ host: "::1", port: echo.at.port }) });
    socket.send({ address: "192.0.2.1", port: 5683 }, text("one"), undefined);
    await until(() => heard.length === 1);
    expect(heard).toEqual([["192.0.2.1:5683", "one"]]);
  });

  test("reports a datagram that has no route, or whose name is unknown", async () => {
    const nowhere = opened({ resolve: () => undefined });
    nowhere.socket.send({ address: "192.0.2.1", port: 1 }, text("one"), 3);
    const unknown = opened({
      resolve: (_, port) => ({ host: "unknown.example", port }),
      lookup: (_name, _options, callback) => callback(Object.assign(new Error("no"), { code: "ENOTFOUND" }), []),
    });
    unknown.socket.send({ address: "192.0.2.1", port: 1 }, text("one"), 4);
    await unknown.until(() => nowhere.done.length + unknown.done.length === 2);
    expect([...nowhere.done, ...unknown.done]).toEqual([
      [3, false],
      [4, false],
    ]);
  });

  test("is silent when it is closed", async () => {
    const echo = await server();
    echo.on("message", (bytes, from) => echo.send(bytes, from.port, from.address));
    const { socket, heard, done } = opened();
    socket.send(echo.at, text("one"), 1);
    socket.close();
    socket.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([heard, done]).toEqual([[], []]);
  });

  test("reaches a server in this process without a socket", async () => {
    const local = new LocalServers();
    const got: string[] = [];
    const remove = local.addUdp({ address: "192.0.2.1", port: 5683 }, ({ bytes, reply }) => {
      got.push(Buffer.from(bytes).toString());
      reply(text("back"));
    });
    const { socket, heard, done, until } = opened({ local, resolve: () => undefined });
    socket.send({ address: "192.0.2.1", port: 5683 }, text("one"), 1);
    await until(() => heard.length === 1);
    remove();
    socket.send({ address: "192.0.2.1", port: 5683 }, text("two"), 2);
    await until(() => done.length === 2);
    expect({ got, heard, done }).toEqual({
      got: ["one"],
      heard: [["192.0.2.1:5683", "back"]],
      done: [
        [1, true],
        [2, false],
      ],
    });
  });
});
