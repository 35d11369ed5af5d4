import { once } from "node:events";
import { type AddressInfo, createServer, type LookupFunction, Socket } from "node:net";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Quiescence } from "../../../net/time/quiescence.js";
import { UserError } from "../../../net/user-error.js";

afterEach(() => void vi.restoreAllMocks());

/** A watched connection to somebody who answers each byte after some milliseconds, as often as the byte says. */
async function answering(movement: Quiescence, after: number): Promise<Socket> {
  const server = createServer((socket) =>
    socket.on("data", async ([times = 0]) => {
      for (let time = 0; time < times; time += 1) {
        await delay(after);
        socket.write("a");
      }
    }),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const socket = new Socket().connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  movement.watch(socket);
  return socket;
}

describe("a connection to elsewhere", () => {
  test("each byte begins the settling time anew", async () => {
    const movement = new Quiescence(60);
    const socket = await answering(movement, 5);
    let heard = 0;
    socket.on("data", ({ length }) => {
      heard += length;
    });
    socket.write(Buffer.from([30])); // 150 ms in all
    await movement.settled();
    expect(heard).toBe(30);
  });

  test("an answer that is owed is waited for much longer", async () => {
    const movement = new Quiescence(10);
    const socket = await answering(movement, 60);
    await once(socket, "connect");
    let isOwed = true;
    socket.once("data", () => {
      isOwed = false;
    });
    const forgive = movement.awaiting(() => isOwed);
    socket.write(Buffer.from([1]));
    await movement.settled();
    expect(isOwed).toBe(false);
    forgive();
  });

  test("is waited for until it is up", async () => {
    const movement = new Quiescence(0);
    const socket = await answering(movement, 0);
    await movement.settled();
    expect(socket.connecting).toBe(false);
  });

  test("does not count any more once it is closed", async () => {
    const movement = new Quiescence(2 ** 31 - 1);
    const socket = await answering(movement, 0);
    socket.destroy();
    await once(socket, "close");
    await movement.settled();
  });
});

describe("a name that is looked up", () => {
  test("is waited for", async () => {
    const movement = new Quiescence(0);
    let found = "";
    const slow: LookupFunction = (_name, _options, callback) => void setTimeout(callback, 50, null, "10.0.0.1", 4);
    movement.following(slow)("slow.example", {}, (_error, address) => {
      found = String(address);
    });
    await movement.settled();
    expect(found).toBe("10.0.0.1");
  });

  test("is given up after 10 s of real time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const movement = new Quiescence(0);
    let isSettled = false;
    movement.following(() => {})("never.example", {}, () => {});
    movement.settled().then(() => {
      isSettled = true;
    });
    vi.advanceTimersByTime(9999);
    for (let count = 0; count < 50; count += 1) await turn();
    expect(isSettled).toBe(false);
    vi.advanceTimersByTime(1);
    for (let count = 0; count < 50; count += 1) await turn();
    expect(isSettled).toBe(true);
  });

  test("by a resolver that throws is not waited for", async () => {
    const movement = new Quiescence(0);
    const lookup = movement.following(() => {
      throw new Error("odd");
    });
    expect(() => lookup("odd.example", {}, () => {})).toThrow("odd");
    await movement.settled();
  });
});

test("what never rests is told after a minute", async () => {
  const movement = new Quiescence(0);
  let isOver = false;
  const restless = (): void => {
    movement.moved();
    if (!isOver) setImmediate(restless);
  };
  restless();
  const start = performance.now();
  let calls = 0;
  vi.spyOn(performance, "now").mockImplementation(() => start + calls++ * 1000);
  const failure = await movement.settled().catch((error: unknown) => error);
  isOver = true;
  expect(failure).toBeInstanceOf(UserError);
  expect(String(failure)).toContain("for 60 s something has moved");
});
