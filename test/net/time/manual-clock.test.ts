import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../../../net/time/manual-clock.js";
import { UserError } from "../../../net/user-error.js";

let clock: ManualClock;
let events: string[];
beforeEach(() => {
  clock = manualClock();
  events = [];
});

const record = (what: string) => (): void => void events.push(`${what} ${clock.now()}`);
const turns = async (count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1) await turn();
};

describe("advance", () => {
  test("rings every alarm at its time, in order, and then stands at the end", async () => {
    clock.alarm(30, record("c"));
    clock.alarm(10, record("a"));
    clock.alarm(10, record("b"));
    clock.alarm(101, record("too late"));
    await clock.advance(100);
    expect(events).toEqual(["a 10", "b 10", "c 30"]);
    expect(clock.now()).toBe(100);
  });

  test("rings alarms that are set meanwhile, and none that are cancelled", async () => {
    const off = clock.alarm(20, record("cancelled"));
    clock.alarm(10, () => {
      off();
      clock.alarm(15, record("new"));
    });
    await clock.advance(20);
    expect(events).toEqual(["new 15"]);
  });

  test("of 0 rings no later alarm", async () => {
    clock.alarm(1, record("later"));
    await clock.advance(0);
    expect([events, clock.now()]).toEqual([[], 0]);
  });

  test("waits for the one before it", async () => {
    clock.alarm(10, record("a"));
    clock.alarm(30, record("b"));
    await Promise.all([clock.advance(20).then(record("first")), clock.advance(20).then(record("second"))]);
    expect(events).toEqual(["a 10", "first 20", "b 30", "second 40"]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("of %d is refused, and changes nothing", async (span) => {
    const failure = await clock.advance(span).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ code: 2, message: expect.stringContaining(`${span} is not a span of time`) });
    expect(clock.now()).toBe(0);
  });

  test("rejects with the error of an alarm, and can go on", async () => {
    clock.alarm(10, () => {
      throw new Error("odd");
    });
    await expect(clock.advance(20)).rejects.toThrow("odd");
    expect(clock.now()).toBe(10);
    await clock.advance(20);
    expect(clock.now()).toBe(30);
  });
});

describe("time waits for activity", () => {
  /** Activity after every nine idle turns, `hops` times. */
  const keepActive = async (hops: number): Promise<void> => {
    for (let hop = 0; hop < hops; hop += 1) {
      await turns(9);
      clock.quiescence.moved();
    }
  };

  test("before the first alarm", async () => {
    const off = clock.alarm(10, record("not answered"));
    keepActive(20).then(off);
    await clock.advance(10);
    expect(events).toEqual([]);
  });

  test("between two alarms", async () => {
    const off = clock.alarm(20, record("not answered"));
    clock.alarm(10, () => void keepActive(20).then(off));
    await clock.advance(20);
    expect(events).toEqual([]);
  });

  test("and at the end", async () => {
    clock.alarm(10, () => void keepActive(20).then(record("answered")));
    await clock.advance(10);
    expect(events).toEqual(["answered 10"]);
  });
});

test("time stands still by itself, but an alarm that is due already rings", async () => {
  clock.alarm(1, record("later"));
  clock.alarm(0, record("due"));
  const off = clock.alarm(0, record("cancelled"));
  expect(events).toEqual([]); // never from inside
  off();
  await turns(2);
  expect(events).toEqual(["due 0"]);
});

test("a negative settling time is refused", () => {
  expect(() => manualClock({ settleMs: -5 })).toThrow(UserError);
});
