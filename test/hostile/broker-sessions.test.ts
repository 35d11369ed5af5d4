import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { until } from "../net/port-recorder.js";
import { Random } from "../random.js";
import { Bench } from "./bench.js";
import { play } from "./random-session.js";

const warmUp = 200;
const sessions = 1000;
const firstSeed = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 1e9));

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** How many sockets and servers are open in this process. */
function openHandles(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return { sockets: counts.TCPSocketWrap ?? 0, servers: counts.TCPServerWrap ?? 0 };
}

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

async function run(bench: Bench, from: number, to: number): Promise<void> {
  for (let seed = firstSeed + from; seed < firstSeed + to; seed += 1) {
    try {
      await play(bench, new Random(seed));
      if (seed % 50 === 0) await bench.expectUnharmed();
    } catch (error) {
      throw new Error(`session ${seed} (HOSTILE_SEED=${seed} begins with it)`, { cause: error });
    }
  }
}

test(`${sessions} random sessions leave no socket and no memory behind`, { timeout: 60_000 }, async () => {
  const before = openHandles();
  const bench = await Bench.start();
  await run(bench, 0, warmUp);
  await until("the sockets of the warm-up to close", () => openHandles().sockets === before.sockets);
  const warm = await heap();
  await run(bench, warmUp, sessions);
  await until("the sockets to close", () => openHandles().sockets === before.sockets);
  const grown = (await heap()) - warm;
  process.stderr.write(
    `hostile sessions from seed ${firstSeed}: ${Math.round(warm / 1024)} KiB warm, ${Math.round(grown / 1024)} KiB more after\n`,
  );
  expect(grown).toBeLessThan(3 * 1024 * 1024);
  await bench.expectUnharmed();
  await bench.close();
  await until("all to be closed", () => JSON.stringify(openHandles()) === JSON.stringify(before));
});
