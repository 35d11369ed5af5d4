import type { Duplex } from "node:stream";
import { percentile } from "./figure.js";
import { answer } from "./processes.js";
import type { Percentiles } from "./serial-host.js";

/** Answers each question, a count, with how long so many commands took on this port. */
export function answerWithLatency(port: Duplex): void {
  answer(async (question) => {
    await spans(port, 500); // until the code is compiled
    const found = await spans(port, Number(question));
    const [p50, p95, p99] = [50, 95, 99].map((part) => percentile(found, part) * 1000) as [number, number, number];
    return { p50, p95, p99 } satisfies Percentiles;
  });
}

async function spans(port: Duplex, count: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let time = 0; time < count; time++) {
    const from = performance.now();
    await untilOk(port);
    found.push(performance.now() - from);
  }
  return found;
}

function untilOk(port: Duplex): Promise<void> {
  return new Promise((resolve) => {
    let heard = "";
    const hear = (bytes: Buffer): void => {
      heard += bytes.toString("latin1");
      if (!heard.endsWith("OK\r\n")) return;
      port.off("data", hear);
      resolve();
    };
    port.on("data", hear);
    port.write("AT\r");
  });
}
