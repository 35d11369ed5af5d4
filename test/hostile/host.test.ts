import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import mqtt, { type Packet } from "mqtt-packet";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { InstalledCopy } from "../interop/installed-copy.js";
import { needs } from "../interop/needs.js";
import { type Program, run } from "../net/ports/pty/pty-hosts.js";
import { ordinary } from "../net/readable-copy.js";
import { until } from "../net/witness.js";
import { EmulatorProcess, type User } from "./emulator-process.js";
import { type HostName, scriptOf } from "./hosts.js";

const users: readonly { readonly name: string; readonly user: User }[] =
  process.getuid?.() === 0
    ? [
        { name: "root", user: {} },
        { name: "an ordinary user", user: ordinary },
      ]
    : [{ name: "oneself", user: {} }];

/** What the command may hold more than at its start, in MB: V8 grows its young space when it is kept busy. */
const mostMemory = 64;

let copy: InstalledCopy | undefined;
afterAll(() => copy?.remove());

// Side by side, and each of them in turn.
describe.skipIf(!needs("python3")).concurrent.each(users)("as $name", ({ name, user }) => {
  let emulator: EmulatorProcess;
  let descriptors = 0;
  let memory = 0;

  beforeAll(async () => {
    copy ??= new InstalledCopy();
    emulator = await EmulatorProcess.start(copy, join(copy.open, name), user);
    await play("fresh");
    await emulator.isIdle();
    descriptors = emulator.descriptors;
    memory = emulator.memory;
  });
  afterAll(async () => {
    process.stderr.write(
      `hostile hosts, ${name}: ${memory.toFixed()} MB at first, ${emulator.memory.toFixed()} MB after all\n`,
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
    expect({ host, code, said: program.said, complained: program.complained }).toEqual({
      host,
      code: 0,
      said: "fine\n",
      complained: "",
    });
  }

  /** A host that is killed when it has come so far, and what happens before. */
  async function kill(host: HostName, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const program = start(host);
    await until(
      `${host}: ${program.complained}`,
      () => program.said === "there\n" || program.complained !== "",
      10_000,
    );
    expect(program.complained).toBe("");
    await meanwhile();
    program.child.kill("SIGKILL");
    await program.ended;
  }

  /** `first` is what a host says that finds a line half typed. */
  async function isUnharmed({ first }: { readonly first?: string } = {}): Promise<void> {
    await play("fresh", ...(first === undefined ? [] : [first]));
    await emulator.isIdle();
    await until("descriptors to be given back", () => emulator.descriptors <= descriptors);
    expect(emulator.memory).toBeLessThan(memory + mostMemory);
    expect(emulator.complained).toBe("");
  }

  const peaceful: readonly HostName[] = [
    "cycles",
    "silent cycles",
    "exclusive",
    "two at once",
    "10 MB",
    "controlling terminal",
    "no rights for anybody",
  ];
  test.sequential.each(peaceful)("%s", async (host) => {
    await play(host);
    await isUnharmed();
  });

  test.sequential.each(["1", "2", "3"])("any bytes, seed %s", async (seed) => {
    await play("fuzz", seed);
    await isUnharmed({ first: "1b0d" });
  });

  test.sequential.each(["stty sane", "cooked cat"] as const)("%s", async (host) => {
    await play(host);
    await isUnharmed({ first: "0d" });
  });

  test.sequential.each([
    ["ESC", "1b"],
    ["Ctrl+Z", "1a"],
  ])("killed in the middle of a payload; the next one leaves it by %s", async (_, byte) => {
    await kill("half a payload");
    await play("gets out", byte);
    await isUnharmed();
  });

  test.sequential("one that does not read, while 10 000 messages come", async () => {
    await kill("does not read", () => flood(emulator.brokerPort));
    await play("fresh", "0d");
    await play("fresh", Buffer.from("AT+QMTCLOSE=0\r").toString("hex"));
    await isUnharmed();
  });
});

/** Publishes 10 000 messages, and waits until the broker has had all of them. */
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
  await until("to be let in", () => answers.includes("connack"), 10_000); // aedes keeps only 42 packets until then
  const message = { cmd: "publish", topic: "flood", payload: "x".repeat(100), retain: false, dup: false } as const;
  for (let count = 1; count < 10_000; count += 1) socket.write(mqtt.generate({ ...message, qos: 0 }));
  socket.write(mqtt.generate({ ...message, qos: 1, messageId: 1 }));
  await until("the broker", () => answers.includes("puback"), 10_000);
  socket.destroy();
}
