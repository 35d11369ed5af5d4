import { expect, test } from "vitest";
import { needs } from "../interop/needs.js";
import { type Plan, soak } from "./day.js";
import { faultDay } from "./fault-day.js";

/** Each day is simulated for each seed. */
const days: readonly Omit<Plan, "seed">[] = (["embedded", "mosquitto"] as const).flatMap((broker) =>
  ([3, 4] as const).map((version) => ({
    broker,
    version,
  })),
);

/** Hours with random faults; a whole day takes a while. */
const faultHours = Number(process.env.SOAK_FAULT_HOURS ?? "2");

/** Other seeds: `SOAK_SEEDS=1,2,3`. */
const seeds = (process.env.SOAK_SEEDS ?? "1").split(",").map(Number);

/** `SOAK_LOG=<folder>` keeps the whole log of each day. */
const folder = process.env.SOAK_LOG;

for (const plan of seeds.flatMap((seed) => days.map((day): Plan => ({ ...day, seed })))) {
  const { broker, version, seed } = plan;
  const runs = broker === "embedded" || needs("mosquitto");
  test.skipIf(!runs)(`a day with ${broker}, version ${version}, seed ${seed}`, { timeout: 180_000 }, async () => {
    const logFile = folder && `${folder}/${broker}-${version}-${seed}.log`;
    const { problems: complaints, summary, log } = await soak({ ...plan, logFile });
    console.log(summary);
    expect(complaints, `seed ${seed}\n${log}`).toEqual([]);
  });
}

for (const broker of ["embedded", "mosquitto"] as const) {
  for (const seed of seeds) {
    const runs = broker === "embedded" || needs("mosquitto");
    test.skipIf(!runs)(`ten faults an hour with ${broker}, seed ${seed}`, { timeout: 900_000 }, async () => {
      const { problems, summary, log } = await faultDay({ broker, seed, hours: faultHours });
      console.log(summary);
      expect(problems, `seed ${seed}\n${log}`).toEqual([]);
    });
  }
}
