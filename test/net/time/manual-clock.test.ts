import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../../../net/time/manual-clock.js";
import { UserError } from "../../../net/user-error.js";

let clock: ManualClock;
let told: string[];
beforeEach(() => {
  clock = manualClock();
  told = [];
});

const tells = (what: string) => (): void => void told.push(`${what} ${clock.now()}`);
const turns = async (count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1) await turn();
};

describe("advance", () => {
  test("rings every alarm at its moment, in order, and then stands exactly there", async () => {
    clock.alarm(30, tells("c"));
    clock.alarm(10, tells("a"));
    clock.alarm(10, tells("b"));
    clock.alarm(101, tells("too late"));
    await clock.advance(100);
    expect(told).toEqual(["a 10", "b 10", "c 30"]);
    expect(clock.now()).toBe(100);
  });

  test("meets alarms that are set on the way, and none that are called off", async () => {
    const off = clock.alarm(20, tells("called off"));
    clock.alarm(10, () => {
      off();
      clock.alarm(15, tells("new"));
    });
    await clock.advance(20);
    expect(told).toEqual(["new 15"]);
  });

  test("of 0 rings nothing that lies ahead", async () => {
    clock.alarm(1, tells("ahead"));
    await clock.advance(0);
    expect([told, clock.now()]).toEqual([[], 0]);
  });

  test("waits for the one before it", async () => {
    clock.alarm(10, tells("a"));
    clock.alarm(30, tells("b"));
    await Promise.all([clock.advance(20).then(tells("first")), clock.advance(20).then(tells("second"))]);
    expect(told).toEqual(["a 10", "first 20", "b 30", "second 40"]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("of %d is refused, and changes nothing", async (span) => {
    const failure = await clock.advance(span).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ code: 2, message: expect.stringContaining(`${span} is no span of time`) });
    expect(clock.now()).toBe(0);
  });

  test("tells of an alarm that fails, and can go on", async () => {
    clock.alarm(10, () => {
      throw new Error("odd");
    });
    await expect(clock.advance(20)).rejects.toThrow("odd");
    expect(clock.now()).toBe(10);
    await clock.advance(20);
    expect(clock.now()).toBe(30);
  });
});

describe("time waits for what moves", () => {
  /** Hops from turn to turn, nine of them silent, and arrives at last. */
  const travel = async (hops: number): Promise<void> => {
    for (let hop = 0; hop < hops; hop += 1) {
      await turns(9);
      clock.movement.moved();
    }
  };

  test("before the first alarm", async () => {
    const off = clock.alarm(10, tells("not answered"));
    travel(20).then(off);
    await clock.advance(10);
    expect(told).toEqual([]);
  });

  test("between two of them", async () => {
    const off = clock.alarm(20, tells("not answered"));
    clock.alarm(10, () => void travel(20).then(off));
    await clock.advance(20);
    expect(told).toEqual([]);
  });

  test("and at the end", async () => {
    clock.alarm(10, () => void travel(20).then(tells("answered")));
    await clock.advance(10);
    expect(told).toEqual(["answered 10"]);
  });
});

test("it stands still by itself, but what is due already happens", async () => {
  clock.alarm(1, tells("ahead"));
  clock.alarm(0, tells("due"));
  const off = clock.alarm(0, tells("called off"));
  expect(told).toEqual([]); // never from inside
  off();
  await turns(2);
  expect(told).toEqual(["due 0"]);
});

test("a settling time that is none is refused", () => {
  expect(() => manualClock({ settleMs: -5 })).toThrow(UserError);
});
