import { expect, test } from "vitest";
import { withHostGrace } from "../../../net/time/host-grace.js";
import { Quiescence } from "../../../net/time/quiescence.js";

/** A front end whose host reads `perLook` bytes at each look of the program, of the 1000 that are written. */
async function written(perLook: number) {
  let unsent = 0;
  let looks = 0;
  const quiescence = new Quiescence(1);
  const port = await withHostGrace(
    () => ({
      path: "slow",
      get unsent() {
        looks += 1;
        unsent = Math.max(0, unsent - perLook);
        return unsent;
      },
      write: ({ length }) => {
        unsent += length;
      },
      set() {},
      close: async () => {},
    }),
    quiescence,
  )({ onBytes() {}, onChange() {} });
  port.write(new Uint8Array(1000));
  await quiescence.settled();
  return { unsent, looks };
}

test("time waits until a host has read what waits for it", async () => {
  expect((await written(50)).unsent).toBe(0);
});

test("but not for one that reads nothing", async () => {
  const { unsent, looks } = await written(0);
  expect(unsent).toBe(1000);
  expect(looks).toBeGreaterThan(10);
});
