import { type ChildProcess, spawn } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseMapping, startModem, type TestHost } from "../../testing.js";
import { freePort } from "../net/free-port.js";
import { needs } from "./needs.js";

/** Starts socat; resolves when it listens. */
async function socat(...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn("socat", ["-d", "-d", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill());
  await new Promise<void>((resolve, reject) => {
    let told = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      if (/listening on|starting accept loop|receiving on|successfully/i.test(told)) resolve();
    });
    child.on("exit", () => reject(new Error(told)));
    setTimeout(resolve, 500).unref(); // a datagram address tells nothing
  });
  return child;
}

/** A module whose address 192.0.2.1 is this machine. */
async function module(): Promise<TestHost> {
  const modem = await startModem({ broker: false, offline: true, mappings: [parseMapping("192.0.2.1=127.0.0.1")] });
  onTestFinished(() => modem.close());
  return modem.host;
}

const bytes = (length: number, from: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => (from + at * 7) & 255));
const hexOf = (data: Buffer): string => data.toString("hex").toUpperCase();

describe.skipIf(!needs("socat"))("socat at the other end", () => {
  test("UDP: datagrams of every size and with every byte come back as they went", async () => {
    const port = await freePort();
    await socat("-T2", `UDP4-LISTEN:${port},bind=127.0.0.1,fork`, "PIPE"); // a child that serves a peer ends after 2 s of silence
    const host = await module();
    await host.command("AT+NSOCR=DGRAM,17,0");
    for (const length of [1, 2, 255, 256, 1357, 1358]) {
      const data = hexOf(bytes(length, length));
      await host.command(`AT+NSOST=0,192.0.2.1,${port},${length},${data}`);
      await host.urc(new RegExp(`NSONMI:0,${length}$`));
      expect(await host.command("AT+NSORF=0,1358")).toEqual([`0,192.0.2.1,${port},${length},${data},0`]);
    }
  });

  test("TCP: a stream of 100 kB comes back in its order, and a peer that ends is told", async () => {
    const port = await freePort();
    const peer = await socat(`TCP4-LISTEN:${port},bind=127.0.0.1`, "PIPE");
    const host = await module();
    await host.command("AT+NSOCR=STREAM,6,0");
    await host.command(`AT+NSOCO=0,192.0.2.1,${port}`);
    const sent = bytes(100_000, 0);
    const received: Buffer[] = [];
    let count = 0;
    for (let at = 0; at < sent.length; at += 1250) {
      await host.command(`AT+NSOSD=0,1250,${hexOf(sent.subarray(at, at + 1250))}`);
      while (count < at + 1250) {
        const [line] = await host.command("AT+NSORF=0,1358");
        if (line === undefined) await host.urc(/NSONMI:0,/);
        const piece = Buffer.from(line?.split(",")[4] ?? "", "hex");
        received.push(piece);
        count += piece.length;
      }
    }
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    peer.kill();
    await host.urc(/^\+NSOCLI: 0$/);
  });

  test("TCP: the end of the module is an end for the peer", async () => {
    const port = await freePort();
    const peer = await socat(`TCP4-LISTEN:${port},bind=127.0.0.1`, "PIPE");
    const ended = new Promise((resolve) => peer.on("exit", resolve));
    const host = await module();
    await host.command("AT+NSOCR=STREAM,6,0");
    await host.command(`AT+NSOCO=0,192.0.2.1,${port}`);
    await host.command("AT+NSOCL=0");
    expect(await ended).toBe(0);
  });
});
