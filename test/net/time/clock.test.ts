import { expect, test } from "vitest";
import { scaledClock, systemClock } from "../../../net/time/clock.js";

test("alarms ring in order and not too early; a cancelled one does not ring", async () => {
  const clock = scaledClock(1000);
  const rung: string[] = [];
  const start = clock.now();
  const ring = (name: string, at: number): (() => void) =>
    clock.alarm(at, () => rung.push(clock.now() >= at ? name : `${name} too early`));
  ring("second", start + 20_000);
  ring("first", start + 10_000);
  ring("due", start - 1);
  ring("cancelled", start + 15_000)();
  expect(rung).toEqual([]);
  await new Promise<void>((resolve) => clock.alarm(start + 30_000, resolve));
  expect(rung).toEqual(["due", "first", "second"]);
});

test("the system clock runs at real time, and waits for nothing", () => {
  expect([systemClock().speed, systemClock().quiescence]).toEqual([1, undefined]);
});
