import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../net/free-port.js";
import type { EventLog } from "./event-log.js";

/** A broker for one day. */
export interface Broker {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a mosquitto of its own, without persistence. */
export async function startMosquitto(log: EventLog): Promise<Broker> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "soak-"));
  const config = join(home, "mosquitto.conf");
  writeFileSync(config, configFor(port));
  const child = spawn("mosquitto", ["-c", config], { env: withSbin(), stdio: ["ignore", "ignore", "pipe"] });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (!/PING(REQ from|RESP to) server$/.test(line)) log.note("broker", line.replace(/^\d+: /, ""));
  });
  const close = async (): Promise<void> => {
    const gone = once(child, "exit");
    if (child.kill() && child.exitCode === null) await gone;
    rmSync(home, { recursive: true, force: true });
  };
  await listening(child, port);
  return { port, close };
}

const configFor = (port: number): string =>
  [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence false",
    "set_tcp_nodelay true",
    "max_queued_messages 0",
    "log_dest stderr",
    "log_type all",
    "",
  ].join("\n");

const withSbin = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${process.env.PATH}:/usr/sbin` });

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 250 && child.exitCode === null; tries++) {
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("mosquitto did not come up");
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
      .once("connect", () => resolve(true))
      .once("error", () => resolve(false))
      .once("close", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
