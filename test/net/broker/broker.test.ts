import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";
import mqtt, { type Packet } from "mqtt-packet";
import { afterEach, describe, expect, test } from "vitest";
import type { Login } from "../../../net/broker/access.js";
import { type BrokerOptions, type EmbeddedBroker, startBroker } from "../../../net/broker/broker.js";
import { manualClock } from "../../../net/time/manual-clock.js";
import { UserError } from "../../../net/user-error.js";
import { freePort } from "../free-port.js";

const brokers: EmbeddedBroker[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await Promise.all(brokers.splice(0).map((broker) => broker.close()));
});

async function start(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const broker = await startBroker({ port: 0, ...options });
  brokers.push(broker);
  return broker;
}

/** A minimal MQTT client: it sends packets, and returns those that come in order. */
class Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  #packets: Packet[] = [];
  #wake = (): void => {};

  constructor(broker: EmbeddedBroker) {
    const parser = mqtt.parser().on("packet", (packet: Packet) => {
      this.#packets.push(packet);
      this.#wake();
    });
    this.socket = dial(broker.port, broker.host).on("data", (bytes) => parser.parse(bytes));
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    clients.push(this);
  }

  send(packet: Packet): void {
    this.socket.write(mqtt.generate(packet));
  }

  async next(): Promise<Packet> {
    while (this.#packets.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#packets.shift() as Packet;
  }

  async ask(packet: Packet): Promise<Packet> {
    this.send(packet);
    return this.next();
  }
}

const connect = (clientId: string, more: object = {}): Packet =>
  ({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clientId, clean: true, keepalive: 0, ...more }) as Packet;
const subscribe = (topic: string, qos: 0 | 1 | 2, messageId = 1): Packet => ({
  cmd: "subscribe",
  messageId,
  subscriptions: [{ topic, qos }],
});
const publish = (topic: string, payload: string, qos: 0 | 1 | 2, retain = false, messageId = 7): Packet => ({
  cmd: "publish",
  topic,
  payload,
  qos,
  retain,
  dup: false,
  ...(qos > 0 && { messageId }),
});

async function loggedIn(broker: EmbeddedBroker, clientId: string, more: object = {}): Promise<Client> {
  const client = new Client(broker);
  expect(await client.ask(connect(clientId, more))).toMatchObject({ cmd: "connack", returnCode: 0 });
  return client;
}

describe("it listens", () => {
  test("on this machine only, at a free port if asked for 0", async () => {
    const broker = await start();
    expect(broker.host).toBe("127.0.0.1");
    expect(broker.port).toBeGreaterThan(0);
    expect(broker.address).toBe(`127.0.0.1:${broker.port}`);
  });

  test("a port in use: one line that names it and says what to do", async () => {
    const other = createServer();
    await once(other.listen(0, "127.0.0.1"), "listening");
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const failure = await startBroker({ port }).catch((error: unknown) => error);
    other.close();
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ code: 1 });
    expect(String(failure)).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: .*0 picks a free one`));
    expect(String(failure)).not.toContain("\n");
  });

  test("an address of another machine is refused", async () => {
    expect(await startBroker({ port: 0, host: "192.0.2.1" }).catch((error: unknown) => error)).toBeInstanceOf(
      UserError,
    );
  });
});

describe("it is a broker", () => {
  test.each([
    ["3.1", { protocolId: "MQIsdp", protocolVersion: 3 }],
    ["3.1.1", { protocolId: "MQTT", protocolVersion: 4 }],
  ])("MQTT %s at QoS 0, 1 and 2", async (_, version) => {
    const broker = await start();
    const client = await loggedIn(broker, "a-client-id-of-more-than-23-bytes", version);
    expect(await client.ask(subscribe("a/#", 1))).toMatchObject({ cmd: "suback", messageId: 1, granted: [1] });

    client.send(publish("a/0", "zero", 0));
    expect(await client.next()).toMatchObject({ cmd: "publish", topic: "a/0", qos: 0, payload: Buffer.from("zero") });

    client.send(publish("a/1", "one", 1));
    const answers = [await client.next(), await client.next()];
    expect(answers).toContainEqual(expect.objectContaining({ cmd: "puback", messageId: 7 }));
    expect(answers).toContainEqual(expect.objectContaining({ cmd: "publish", topic: "a/1", qos: 1 }));

    expect(await client.ask(publish("b", "two", 2))).toMatchObject({ cmd: "pubrec", messageId: 7 });
    expect(await client.ask({ cmd: "pubrel", messageId: 7 })).toMatchObject({ cmd: "pubcomp", messageId: 7 });
    expect(await client.ask({ cmd: "pingreq" })).toMatchObject({ cmd: "pingresp" });
    expect(await client.ask({ cmd: "unsubscribe", messageId: 9, unsubscriptions: ["a/#"] })).toMatchObject({
      cmd: "unsuback",
      messageId: 9,
    });
  });

  test("retained messages and the last will", async () => {
    const broker = await start();
    const will = { topic: "will", payload: Buffer.from("gone"), qos: 0, retain: false };
    const dying = await loggedIn(broker, "dying", { will });
    expect(await dying.ask(publish("kept", "still here", 1, true))).toMatchObject({ cmd: "puback" });
    const witness = await loggedIn(broker, "witness");
    expect(await witness.ask(subscribe("kept", 0))).toMatchObject({ cmd: "suback" });
    expect(await witness.next()).toMatchObject({ topic: "kept", retain: true });
    expect(await witness.ask(subscribe("will", 0, 2))).toMatchObject({ cmd: "suback" });
    dying.socket.resetAndDestroy();
    expect(await witness.next()).toMatchObject({ topic: "will", payload: Buffer.from("gone") });
  });

  test("a session that is not clean is kept for its client", async () => {
    const broker = await start();
    const sleeper = await loggedIn(broker, "sleeper", { clean: false });
    await sleeper.ask(subscribe("t", 1));
    sleeper.send({ cmd: "disconnect" });
    await sleeper.closed;
    const other = await loggedIn(broker, "other");
    await other.ask(publish("t", "meanwhile", 1));
    const again = new Client(broker);
    expect(await again.ask(connect("sleeper", { clean: false }))).toMatchObject({ sessionPresent: true });
    expect(await again.next()).toMatchObject({ cmd: "publish", payload: Buffer.from("meanwhile") });
  });
});

describe("what MQTT asks of a broker, and aedes does not do", () => {
  test("DUP of the publisher is not passed on [MQTT-3.3.1-3]", async () => {
    const broker = await start();
    const listener = await loggedIn(broker, "listener");
    await listener.ask(subscribe("t", 1));
    const sender = await loggedIn(broker, "sender");
    await sender.ask({ ...publish("t", "again", 1), dup: true } as Packet);
    expect(await listener.next()).toMatchObject({ cmd: "publish", dup: false });
  });

  test("what is sent once more to a client that comes back has DUP [MQTT-3.3.1-1]", async () => {
    const broker = await start();
    const kept = await loggedIn(broker, "kept", { clean: false });
    await kept.ask(subscribe("t", 1));
    const sender = await loggedIn(broker, "sender");
    await sender.ask(publish("t", "seen, not acknowledged", 1, false, 1));
    const seen = await kept.next();
    kept.socket.destroy();
    await kept.closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sender.ask(publish("t", "not seen", 1, false, 2));
    const again = new Client(broker);
    expect(await again.ask(connect("kept", { clean: false }))).toMatchObject({ cmd: "connack", sessionPresent: true });
    expect(await again.next()).toMatchObject({ cmd: "publish", dup: true, messageId: seen.messageId });
    expect(await again.next()).toMatchObject({ cmd: "publish", dup: false });
  });

  test.each([
    ["a kept session without a client id [MQTT-3.1.3-8]", "00", 2],
    ["a clean session without one", "02", 0],
  ])("%s", async (_, flags, returnCode) => {
    const client = new Client(await start());
    client.socket.write(Buffer.from(`100c00044d51545404${flags}00000000`, "hex"));
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode });
  });

  test("a PUBLISH with message identifier 0 ends the connection [MQTT-2.3.1-1]", async () => {
    const client = await loggedIn(await start(), "zero");
    client.socket.write(Buffer.from("3206000174000061", "hex"));
    await client.closed;
  });

  test("a bridge of mosquitto may tell of itself; other topics of the system are refused, and named", async () => {
    const lines: string[] = [];
    const bridge = await loggedIn(await start({ log: (line) => lines.push(line) }), "bridge");
    await bridge.ask(publish("$SYS/broker/connection/me/state", "1", 1, true));
    bridge.send(publish("$SYS/broker/uptime", "1", 0));
    await bridge.closed;
    expect(lines).toContain("client bridge: it may not publish to $SYS/broker/uptime");
  });

  test("who sends no CONNECT for 10 s is hung up on", async () => {
    const clock = manualClock();
    const broker = await startBroker({ port: 0 }, (span, act) => clock.alarm(clock.now() + span, act));
    brokers.push(broker);
    const [silent, begun, connected] = [new Client(broker), new Client(broker), await loggedIn(broker, "good")];
    begun.socket.write(Buffer.from("10", "hex"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.advance(9999);
    expect([silent.socket.destroyed, begun.socket.destroyed]).toEqual([false, false]);
    await clock.advance(1);
    await Promise.all([silent.closed, begun.closed]);
    await clock.advance(60_000);
    expect(await connected.ask({ cmd: "pingreq" })).toMatchObject({ cmd: "pingresp" });
  });
});

describe("access checks", () => {
  test.each([2, 3, 4, 5] as const)("a login is refused with %i", async (code) => {
    const logins: Login[] = [];
    const broker = await start({
      authenticate: (login) => {
        logins.push(login);
        return code;
      },
    });
    const client = new Client(broker);
    const login = { username: "me", password: Buffer.from("secret"), protocolId: "MQIsdp", protocolVersion: 3 };
    expect(await client.ask(connect("bc28", login))).toMatchObject({ cmd: "connack", returnCode: code });
    await client.closed;
    expect(logins).toEqual([{ clientId: "bc28", level: 3, user: "me", password: Buffer.from("secret") }]);
  });

  test("a login without a user is accepted", async () => {
    const logins: Login[] = [];
    const broker = await start({ authenticate: (login) => (logins.push(login) > 1 ? 5 : 0) });
    await loggedIn(broker, "bc28");
    expect(logins).toEqual([{ clientId: "bc28", level: 4 }]);
  });

  test("a refused subscription gets the code 128, and no messages", async () => {
    const broker = await start({ authorizeSubscribe: ({ filter }) => !filter.startsWith("secret") });
    const client = await loggedIn(broker, "bc28");
    const both = [
      { topic: "secret/a", qos: 1 as const },
      { topic: "open", qos: 1 as const },
    ];
    const suback = await client.ask({ cmd: "subscribe", messageId: 3, subscriptions: both });
    expect(suback).toMatchObject({ cmd: "suback", granted: [128, 1] });
    client.send(publish("secret/a", "x", 0));
    client.send(publish("open", "y", 0));
    expect(await client.next()).toMatchObject({ cmd: "publish", topic: "open" });
  });
});

describe("it survives bad clients", () => {
  test.each([
    ["no MQTT at all", Buffer.from("hello\r\n")],
    ["a packet before CONNECT", mqtt.generate({ cmd: "pingreq" })],
    ["a second CONNECT", Buffer.concat([mqtt.generate(connect("twice")), mqtt.generate(connect("twice"))])],
    [
      "a packet that only a broker may send",
      Buffer.concat([mqtt.generate(connect("odd")), Buffer.from([0x20, 2, 0, 0])]),
    ],
    ["a length without an end", Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ["a length of 16 MiB and a byte", Buffer.from([0x10, 0x81, 0x80, 0x80, 0x08])],
  ])("%s", async (_, bytes) => {
    const broker = await start();
    const client = new Client(broker);
    client.socket.write(bytes);
    await client.closed;
    await loggedIn(broker, "next");
  });

  test("a client that resets in the middle of a packet", async () => {
    const broker = await start();
    const client = await loggedIn(broker, "resetting");
    client.socket.write(Buffer.from([0x30, 100, 0]), () => client.socket.resetAndDestroy());
    await client.closed;
    await loggedIn(broker, "next");
  });

  test("every event is a line of the log", async () => {
    const lines: string[] = [];
    const broker = await start({ log: (line) => lines.push(line) });
    const client = await loggedIn(broker, "bc28\u0007\n\u2028");
    await client.ask(subscribe("t", 2));
    await client.ask(publish("u", "four", 1, true));
    client.socket.end(Buffer.from([0x00, 0x00]));
    await client.closed;
    await broker.close();
    expect(lines).toEqual([
      "client bc28\\u{7}\\u{a}\\u{2028} connected",
      "client bc28\\u{7}\\u{a}\\u{2028} subscribes to t, granted 2",
      "client bc28\\u{7}\\u{a}\\u{2028} publishes 4 bytes to u, QoS 1, retained",
      "client bc28\\u{7}\\u{a}\\u{2028}: Not supported",
      "client bc28\\u{7}\\u{a}\\u{2028} gone",
    ]);
  });

  test("the longest names give short lines", async () => {
    const lines: string[] = [];
    const broker = await start({ log: (line) => lines.push(line) });
    const client = await loggedIn(broker, "c".repeat(60_000));
    const topic = "t".repeat(60_000);
    await client.ask(subscribe(`${topic}/x`, 0));
    await client.ask(publish(topic, "x", 1));
    await client.ask({ cmd: "unsubscribe", messageId: 2, unsubscriptions: [`${topic}/x`] });
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.length).toBeLessThan(500);
  });
});

test("close ends all connections, accepted or not, and frees the port", async () => {
  const broker = await start({ port: await freePort() });
  const will = { topic: "will", payload: Buffer.from("gone"), qos: 1, retain: true };
  const client = await loggedIn(broker, "bc28", { will });
  const silent = new Client(broker);
  await once(silent.socket, "connect");
  await Promise.all([broker.close(), broker.close()]);
  await Promise.all([client.closed, silent.closed]);
  const second = await start({ port: broker.port });
  expect(second.port).toBe(broker.port);
});
