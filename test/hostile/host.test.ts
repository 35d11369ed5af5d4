import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import mqtt, { type Packet } from "mqtt-packet";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { InstalledCopy } from "../interop/installed-copy.js";
import { needs } from "../interop/needs.js";
import { ordinary } from "../net/ordinary-user.js";
import { until } from "../net/port-recorder.js";
import { type Program, run } from "../net/ports/pty/pty-hosts.js";
import { EmulatorProcess, type User } from "./emulator-process.js";
import { type HostName, scriptOf } from "./hosts.js";

const users: readonly { readonly name: string; readonly user: User }[] =
  process.getuid?.() === 0
    ? [
        { name: "root", user: {} },
        { name: "an ordinary user", user: ordinary },
      ]
    : [{ name: "the current user", user: {} }];

/** How much more memory than at the start is allowed, in MB: V8 enlarges its young generation under load. */
const maxGrowthMb = 64;

let copy: InstalledCopy | undefined;
afterAll(() => copy?.remove());

// Both users at the same time; the tests of each one after the other.
describe.skipIf(!needs("python3")).concurrent.each(users)("as $name", ({ name, user }) => {
  let emulator: EmulatorProcess;
  let descriptors = 0;
  let memory = 0;

  beforeAll(async () => {
    copy ??= new InstalledCopy();
    emulator = await EmulatorProcess.start(copy, join(copy.open, name), user);
    await play("fresh");
    await emulator.untilIdle();
    descriptors = emulator.descriptors;
    memory = emulator.memoryMb;
  });
  afterAll(async () => {
    process.stderr.write(
      `hostile hosts, ${name}: ${memory.toFixed()} MB at first, ${emulator.memoryMb.toFixed()} MB after all\n`,
    );
    await emulator.stop();
  });
  beforeEach(() => {
    expect(emulator.isAlive).toBe(true);
  });

  function start(host: HostName, ...args: readonly string[]): Program {
    return run("/usr/bin/python3", ["-c", scriptOf(host), emulator.link, ...args], user);
  }

  async function play(host: HostName, ...args: readonly string[]): Promise<void> {
    const program = start(host, ...args);
    const code = await program.ended;
    expect({ host, code, said: program.stdout, complained: program.stderr }).toEqual({
      host,
      code: 0,
      said: "fine\n",
      complained: "",
    });
  }

  /** Starts a host, does `meanwhile` when it is ready, and kills it. */
  async function kill(host: HostName, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const program = start(host);
    await until(`${host}: ${program.stderr}`, () => program.stdout === "ready\n" || program.stderr !== "", 10_000);
    expect(program.stderr).toBe("");
    await meanwhile();
    program.child.kill("SIGKILL");
    await program.ended;
  }

  /** Checks that a new host is served; `first` is what it sends to end a half-typed line, in hexadecimal. */
  async function expectUnharmed({ first }: { readonly first?: string } = {}): Promise<void> {
    await play("fresh", ...(first === undefined ? [] : [first]));
    await emulator.untilIdle();
    await until("descriptors to be closed", () => emulator.descriptors <= descriptors);
    expect(emulator.memoryMb).toBeLessThan(memory + maxGrowthMb);
    expect(emulator.stderr).toBe("");
  }

  const harmless: readonly HostName[] = [
    "cycles",
    "silent cycles",
    "exclusive",
    "two at once",
    "10 MB",
    "controlling terminal",
    "no rights for anybody",
  ];
  test.sequential.each(harmless)("%s", async (host) => {
    await play(host);
    await expectUnharmed();
  });

  test.sequential.each(["1", "2", "3"])("random bytes, seed %s", async (seed) => {
    await play("fuzz", seed);
    await expectUnharmed({ first: "1b0d" });
  });

  test.sequential.each(["stty sane", "cooked cat"] as const)("%s", async (host) => {
    await play(host);
    await expectUnharmed({ first: "0d" });
  });

  test.sequential.each([
    ["ESC", "1b"],
    ["Ctrl+Z", "1a"],
  ])("killed during a payload entry; the next one ends it by %s", async (_, byte) => {
    await kill("half a payload");
    await play("gets out", byte);
    await expectUnharmed();
  });

  test.sequential("one that does not read, while 10 000 messages come", async () => {
    await kill("does not read", () => flood(emulator.brokerPort));
    await play("fresh", "0d");
    await play("fresh", Buffer.from("AT+QMTCLOSE=0\r").toString("hex"));
    await expectUnharmed();
  });
});

/** Publishes 10 000 messages; resolves when the broker has accepted all of them. */
async function flood(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  const answers: string[] = [];
  const parser = mqtt.parser().on("packet", ({ cmd }: Packet) => answers.push(cmd));
  socket.on("data", (bytes) => parser.parse(bytes));
  await once(socket, "connect");
  socket.write(
    mqtt.generate({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clientId: "flood",
      clean: true,
      keepalive: 0,
    }),
  );
  await until("the CONNACK", () => answers.includes("connack"), 10_000); // aedes keeps only 42 packets until then
  const message = { cmd: "publish", topic: "flood", payload: "x".repeat(100), retain: false, dup: false } as const;
  for (let count = 1; count < 10_000; count += 1) socket.write(mqtt.generate({ ...message, qos: 0 }));
  socket.write(mqtt.generate({ ...message, qos: 1, messageId: 1 }));
  await until("the broker", () => answers.includes("puback"), 10_000);
  socket.destroy();
}
