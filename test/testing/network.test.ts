import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseMapping, type TestHost, UserError } from "../../testing.js";
import { start } from "./start.js";

const hexOf = (text: string): string => Buffer.from(text).toString("hex").toUpperCase();

/** Creates a socket; returns its number. */
async function socket(host: TestHost, kind: "DGRAM,17" | "STREAM,6"): Promise<string> {
  const [id = ""] = await host.command(`AT+NSOCR=${kind},0`);
  return id;
}

describe("a UDP server in the same process", () => {
  test("hears the host and answers it", async () => {
    const { host, network } = await start();
    const server = network.udp("192.0.2.1", 5683, ({ text }) => `re: ${text}`);
    const id = await socket(host, "DGRAM,17");
    await host.command(`AT+NSOST=${id},192.0.2.1,5683,5,${hexOf("hello")}`);
    expect((await server.datagram()).text).toBe("hello");
    await host.urc(/\+NSONMI:0,9/);
    expect(await host.command(`AT+NSORF=${id},100`)).toEqual([`0,192.0.2.1,5683,9,${hexOf("re: hello")},0`]);
    server.send("later");
    await host.urc(/\+NSONMI:0,5/);
    expect(server.unread).toEqual([]);
  });

  test("with time by hand: an answer comes at its moment, and no other", async () => {
    const { host, network, clock } = await start({ clock: "manual", profile: { base: "bc28", timing: "realistic" } });
    await clock.advance(60_000);
    const server = network.udp("192.0.2.1", 5683, () => "ok");
    const command = async (line: string): Promise<readonly string[]> => {
      const answer = host.command(line);
      await clock.advance(100);
      return answer;
    };
    const [id] = await command("AT+NSOCR=DGRAM,17,0");
    await command(`AT+NSOST=${id},192.0.2.1,5683,1,31`);
    expect(server.unread).toEqual([]); // the RRC connection is being set up
    await clock.advance(2500);
    expect(server.unread.map(({ text }) => text)).toEqual(["1"]);
    expect(host.unread).toContainEqual("+NSONMI:0,2");
  });

  test("is seen from another port by each socket", async () => {
    const { host, network } = await start();
    const server = network.udp("192.0.2.1", 5683);
    for (const id of [await socket(host, "DGRAM,17"), await socket(host, "DGRAM,17")])
      await host.command(`AT+NSOST=${id},192.0.2.1,5683,1,31`);
    const [one, other] = [await server.datagram(), await server.datagram()];
    expect(one.port).not.toBe(other.port);
    one.reply("first");
    await host.urc(/\+NSONMI:0,5/);
  });

  test("does not get what is sent elsewhere, nor anything when it is closed", async () => {
    const { host, network } = await start({ offline: true });
    const server = network.udp("192.0.2.1", 5683);
    const id = await socket(host, "DGRAM,17");
    expect(() => server.send("nobody is there")).toThrow(UserError);
    await host.command(`AT+NSOST=${id},192.0.2.1,5684,1,31,1`);
    await host.urc(/NSOSTR:0,1,0/);
    server.close();
    await host.command(`AT+NSOST=${id},192.0.2.1,5683,1,31,2`);
    await host.urc(/NSOSTR:0,2,0/);
    await expect(server.datagram({ within: 10 })).rejects.toThrow("no datagram came to 192.0.2.1:5683");
  });

  test("needs an address and a port", async () => {
    const { network } = await start();
    expect(() => network.udp("server.example", 5683)).toThrow('network.udp: "server.example" is not an IPv4 address');
    expect(() => network.tcp("192.0.2.1", 0)).toThrow("network.tcp: 0 is not a port; give 1 to 65535");
  });
});

describe("a TCP server in the same process", () => {
  test("accepts, reads, writes and sees the end", async () => {
    const { host, network } = await start();
    const server = network.tcp("192.0.2.1", 80);
    const id = await socket(host, "STREAM,6");
    await host.command(`AT+NSOCO=${id},192.0.2.1,80`);
    const connection = await server.connection();
    await host.command(`AT+NSOSD=${id},5,${hexOf("hello")},0,7`);
    await host.urc(/\+NSOSTR:0,7,1/);
    expect(Buffer.from(await connection.read(5)).toString()).toBe("hello");
    await expect(connection.read(1, { within: 10 })).rejects.toThrow("1 bytes did not come, but 0");
    connection.write("back");
    await host.urc(/\+NSONMI:0,4/);
    expect(await host.command(`AT+NSORF=${id},100`)).toEqual([`0,192.0.2.1,80,4,${hexOf("back")},0`]);
    await host.command(`AT+NSOCL=${id}`);
    expect(await connection.closed()).toBe("end");
  });

  test.each(["end", "reset"] as const)("closes by %s", async (how) => {
    const { host, network } = await start();
    const server = network.tcp("192.0.2.1", 80);
    await host.command(`AT+NSOCO=${await socket(host, "STREAM,6")},192.0.2.1,80`);
    (await server.connection())[how]();
    await host.urc(/^\+NSOCLI: 0$/);
  });

  test("sees the reset of a module that reboots", async () => {
    const { host, network, reset } = await start();
    const server = network.tcp("192.0.2.1", 80);
    await host.command(`AT+NSOCO=${await socket(host, "STREAM,6")},192.0.2.1,80`);
    const connection = await server.connection();
    reset();
    expect(await connection.closed()).toBe("reset");
  });

  test("with time by hand: faults act on it", async () => {
    const { host, network, clock, faults } = await start({ clock: "manual" });
    const server = network.tcp("192.0.2.1", 80);
    faults.add("latency 2s");
    const id = await socket(host, "STREAM,6");
    const connected = host.command(`AT+NSOCO=${id},192.0.2.1,80`);
    await clock.advance(3999);
    expect(host.heard).not.toMatch(/0\r\n\r\nOK\r\n\r\nOK\r\n$/);
    await clock.advance(1);
    await connected;
    await host.command(`AT+NSOSD=${id},1,31`);
    const connection = await server.connection();
    await clock.advance(1999);
    expect(connection.unread).toHaveLength(0);
    await clock.advance(1);
    expect(connection.unread).toHaveLength(1);
    faults.add("drop link");
    await clock.advance(0);
    expect(await connection.closed()).toBe("reset");
    await host.urc(/^\+NSOCLI: 0$/);
  });

  test("may be a stream for somebody else", async () => {
    const { host, network } = await start();
    network.tcp("192.0.2.1", 7, (stream) => void stream.pipe(stream));
    const id = await socket(host, "STREAM,6");
    await host.command(`AT+NSOCO=${id},192.0.2.1,7`);
    await host.command(`AT+NSOSD=${id},4,${hexOf("echo")}`);
    await host.urc(/\+NSONMI:0,4/);
  });
});

/** A server that is closed at the end of the test, and its port. */
async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as { readonly port: number }).port;
}

describe("servers on this machine, with time by hand", () => {
  test("UDP: time waits for the answer", async () => {
    const server = createSocket("udp4").bind(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    server.on("message", (bytes, { port }) => setTimeout(() => server.send(bytes, port), 5));
    const mapping = parseMapping(`192.0.2.1:5683=127.0.0.1:${server.address().port}`);
    const { host, clock } = await start({ clock: "manual", mappings: [mapping], offline: true });
    const id = await socket(host, "DGRAM,17");
    await host.command(`AT+NSOST=${id},192.0.2.1,5683,4,${hexOf("ping")}`);
    await clock.advance(1);
    expect(host.unread).toContainEqual("+NSONMI:0,4");
    expect(await host.command(`AT+NSORF=${id},100`)).toEqual([`0,192.0.2.1,5683,4,${hexOf("ping")},0`]);
  });

  test("TCP: time waits for the connection and the answer", async () => {
    const port = await listening(createServer((socket: Socket) => socket.pipe(socket).on("error", () => {})));
    const { host, clock } = await start({ clock: "manual" });
    const id = await socket(host, "STREAM,6");
    const connected = host.command(`AT+NSOCO=${id},127.0.0.1,${port}`);
    await clock.advance(0);
    await connected;
    await host.command(`AT+NSOSD=${id},4,${hexOf("ping")}`);
    await clock.advance(1);
    expect(host.unread).toContainEqual("+NSONMI:0,4");
  });
});

test("the trace tells of sockets", async () => {
  const modem = await start();
  const { host, network } = modem;
  network.udp("192.0.2.1", 5683, () => Uint8Array.of(0xff, 0));
  const id = await socket(host, "DGRAM,17");
  await host.command(`AT+NSOST=${id},192.0.2.1,5683,2,${hexOf("hi")}`);
  await modem.wait({ kind: "datagram" }, { after: 0 });
  await host.urc(/NSONMI/);
  await host.command(`AT+NSOCL=${id}`);
  const told = modem.events.filter(({ kind }) => kind === "socket" || kind === "datagram");
  const events = new Map(modem.events.map((event) => [event.seq, event]));
  const causesOf = (seq: number | undefined): readonly string[] => {
    const event = events.get(seq ?? 0);
    return event === undefined ? [] : [event.kind, ...causesOf(event.cause)];
  };
  const urc = modem.events.find(({ line }) => String(line).startsWith("+NSONMI"));
  expect(causesOf(urc?.seq)).toEqual(["urc", "datagram", "datagram", "line", "bytes"]);
  expect(told.map(({ seq: _, t: _t, wall: _w, cause: _c, ...fields }) => fields)).toEqual([
    { kind: "socket", socket: 0, state: "created", protocol: "UDP", port: 0 },
    { kind: "datagram", socket: 0, way: "sent", address: "192.0.2.1", port: 5683, size: 2, text: "hi" },
    { kind: "datagram", socket: 0, way: "received", address: "192.0.2.1", port: 5683, size: 2, base64: "/wA=" },
    { kind: "socket", socket: 0, state: "closed" },
  ]);
});
