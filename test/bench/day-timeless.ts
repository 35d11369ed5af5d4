// The same modem where no time passes: it has nothing to ping for, and publishes instead.
import { connect, loseLink, publish, startMeter } from "./meter.js";
import { answer } from "./processes.js";

answer(async (packets) => {
  const meter = await startMeter();
  const from = performance.now();
  for (const [at, packet] of Array.from(packets).entries()) {
    if (packet === "c" && at > 0) await loseLink(meter);
    await (packet === "c" ? connect : publish)(meter);
  }
  const span = performance.now() - from;
  await meter.close();
  return span;
});
