import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { until } from "../net/witness.js";
import { Bench } from "./bench.js";
import { Dice } from "./dice.js";
import { play } from "./random-session.js";

const warmUp = 200;
const sessions = 1000;
const firstSeed = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 1e9));

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** What holds the process: sockets, servers, timers. Promises of the test's own are no matter. */
function held(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return { sockets: counts.TCPSocketWrap ?? 0, servers: counts.TCPServerWrap ?? 0 };
}

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

async function run(bench: Bench, from: number, to: number): Promise<void> {
  for (let seed = firstSeed + from; seed < firstSeed + to; seed += 1) {
    try {
      await play(bench, new Dice(seed));
      if (seed % 50 === 0) await bench.isUnharmed();
    } catch (error) {
      throw new Error(`session ${seed} (HOSTILE_SEED=${seed} begins with it)`, { cause: error });
    }
  }
}

test(`${sessions} random sessions leave nothing behind`, { timeout: 60_000 }, async () => {
  const before = held();
  const bench = await Bench.start();
  await run(bench, 0, warmUp);
  await until("the sockets of the warm-up", () => held().sockets === before.sockets);
  const warm = await heap();
  await run(bench, warmUp, sessions);
  await until("the sockets", () => held().sockets === before.sockets);
  const grown = (await heap()) - warm;
  process.stderr.write(
    `hostile sessions from seed ${firstSeed}: ${Math.round(warm / 1024)} KiB warm, ${Math.round(grown / 1024)} KiB more after\n`,
  );
  expect(grown).toBeLessThan(3 * 1024 * 1024);
  await bench.isUnharmed();
  await bench.close();
  await until("all to be closed", () => JSON.stringify(held()) === JSON.stringify(before));
});
