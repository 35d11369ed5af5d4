// The module in this process, asked to send so many messages over a socket and to hear each echo. Wants --expose-gc.
import { setTimeout as sleep } from "node:timers/promises";
import { echo } from "./echo.js";
import { Host } from "./host.js";
import { answer } from "./processes.js";

const host = new Host();
await host.start();
await host.tell("AT+NSONMI=3", "OK\r\n");
const ports = { udp: await echo("udp"), tcp: await echo("tcp") };
const open = new Set<string>();
let number = 0;

/** How long an echo may take, in ms. */
const timeoutMs = 1000;

async function inTime(told: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const came = await Promise.race([told.then(() => true), late]);
  clearTimeout(timer);
  return came;
}

async function openSocket(kind: string): Promise<void> {
  if (open.has(kind)) return;
  open.add(kind);
  await host.tell(`AT+NSOCR=${kind === "udp" ? "DGRAM,17" : "STREAM,6"},0`, "OK\r\n");
  if (kind === "tcp") await host.tell(`AT+NSOCO=0,127.0.0.1,${ports.tcp}`, "OK\r\n");
}

/** Sends numbered messages, one after the other; resolves with how many echoes did not come. */
async function sendAll(kind: "udp" | "tcp", count: number): Promise<number> {
  const to = kind === "udp" ? `NSOST=0,127.0.0.1,${ports.udp}` : "NSOSD=0";
  let lost = 0;
  for (let sent = 0; sent < count; sent++) {
    number += 1;
    const data = `${number}`.padStart(40, "0"); // 20 bytes
    const told = host.tell(`AT+${to},20,${data}`, `+NSONMI:0,20,${data}\r\n`);
    if (!(await inTime(told))) lost += 1;
  }
  return lost;
}

async function settled(): Promise<{ heap: number; rss: number }> {
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 };
}

answer(async (question) => {
  const [kind = "udp", count] = question.split(" ");
  if (kind !== "udp" && kind !== "tcp") throw new Error(question);
  await openSocket(kind);
  const start = performance.now();
  const lost = await sendAll(kind, Number(count));
  return { seconds: (performance.now() - start) / 1000, lost, ...(await settled()) };
});
