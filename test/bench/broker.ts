import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, end, start } from "./processes.js";

/** A broker of our own, in another process, and how it is ended. */
export interface BenchBroker {
  readonly port: number;
  close(): Promise<void>;
}

/** mosquitto; where it is missing, the embedded broker of another modem. */
export async function startBenchBroker(): Promise<BenchBroker> {
  const directory = mkdtempSync(join(tmpdir(), "bc28-bench-"));
  const port = await freePort();
  const config = join(directory, "mosquitto.conf");
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_type none\n`);
  try {
    // `exec` lets the shell find mosquitto, and the line say that it is about to start.
    const script = "PATH=$PATH:/usr/sbin; command -v mosquitto && exec mosquitto -c $0";
    const { child } = await start("sh", ["-c", script, config]);
    await accepts(port);
    return { port, close: () => end(child).then(() => rmSync(directory, { recursive: true })) };
  } catch {
    process.stderr.write("no mosquitto: the embedded broker is used, which is slower\n");
    rmSync(directory, { recursive: true });
    const { child, line } = await start(process.execPath, [command, "--pty", "--broker", "0", "--json"]);
    return { port: Number(JSON.parse(line).broker.split(":").at(-1)), close: () => end(child) };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
    });
  });
}

async function accepts(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        resolve(true);
        socket.destroy();
      });
      socket.on("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("mosquitto does not listen");
}
