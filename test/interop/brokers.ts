import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedBroker, startBroker } from "../../net/broker/broker.js";
import { freePort } from "../net/free-port.js";
import { sleep } from "../net/port-recorder.js";
import { needs } from "./needs.js";

/** A broker for tests. It accepts clients without a user name, and the user `good` with the password `right`. */
export interface Broker {
  readonly port: number;
  stop(): Promise<void>;
}

/** A kind of broker; it can be started again on the same port. */
export interface BrokerKind {
  readonly name: string;
  readonly isAvailable: boolean;
  /** Whether it refuses subscriptions to `secret/#` with 128. mosquitto 2.0 does not tell that it refuses one. */
  readonly canRefuseSubscriptions: boolean;
  start(port?: number): Promise<Broker>;
}

const embedded: BrokerKind = {
  name: "embedded",
  isAvailable: true,
  canRefuseSubscriptions: true,
  async start(given) {
    const broker: EmbeddedBroker = await startBroker({
      port: given ?? (await freePort()),
      authenticate: ({ user, password }) =>
        user === undefined || (user === "good" && Buffer.from(password ?? []).toString() === "right") ? 0 : 4,
      authorizeSubscribe: ({ filter }) => !filter.startsWith("secret/"),
    });
    return { port: broker.port, stop: () => broker.close() };
  },
};

const mosquitto: BrokerKind = {
  name: "mosquitto",
  isAvailable: needs("mosquitto"),
  canRefuseSubscriptions: false,
  async start(given) {
    const port = given ?? (await freePort());
    const folder = mkdtempSync(join(tmpdir(), "bc28-emu-mosquitto-"));
    const passwords = join(folder, "passwords");
    writeFileSync(passwords, "good:right\n", { mode: 0o600 });
    spawnSync("mosquitto_passwd", ["-U", passwords]);
    const config = `listener ${port} 127.0.0.1\nallow_anonymous true\npassword_file ${passwords}\nuser root\n`;
    writeFileSync(join(folder, "config"), config);
    const child = spawn("mosquitto", ["-c", join(folder, "config")], { stdio: "ignore", env: withSbin });
    await listening(port);
    return { port, stop: () => end(child, folder) };
  },
};

/** All kinds of brokers that tests use. */
export const brokerKinds: readonly BrokerKind[] = [embedded, mosquitto];

const withSbin = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
  }
  rmSync(folder, { recursive: true });
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isThere) return;
    await sleep(20);
  }
  throw new Error(`nothing listens on port ${port}`);
}
