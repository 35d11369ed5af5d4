// The module in this process, asked to do something often, and for the memory it then holds. Wants --expose-gc.
import { setTimeout as sleep } from "node:timers/promises";
import { Host } from "./host.js";
import { answer } from "./processes.js";
import { publishAll } from "./publisher.js";

const host = new Host();
await host.start();

async function settledHeap(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const works: Readonly<Record<string, (port: number, count: number) => Promise<number>>> = {
  /** Publishes `count` messages over one link. */
  async publish(port, count) {
    await host.open(port);
    await publishAll(host, 1, { count });
    await host.leave();
    return 0;
  },
  /** Connects and disconnects `count` times. */
  async connect(port, count) {
    for (let time = 0; time < count; time++) {
      await host.open(port);
      await host.leave();
    }
    return 0;
  },
  heap: settledHeap,
  async rss() {
    return process.memoryUsage().rss / 2 ** 20;
  },
};

answer(async (question) => {
  const [work = "", port, count] = question.split(" ");
  return (await works[work]?.(Number(port), Number(count))) ?? Number.NaN;
});
