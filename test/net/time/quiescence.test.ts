import { once } from "node:events";
import { type AddressInfo, createServer, type LookupFunction, Socket } from "node:net";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Quiescence } from "../../../net/time/quiescence.js";
import { UserError } from "../../../net/user-error.js";

afterEach(() => void vi.restoreAllMocks());

/** A watched connection to a server. For each byte it sends as many answers as the byte says, one every `after` ms. */
async function connectToServer(quiescence: Quiescence, after: number): Promise<Socket> {
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
  quiescence.watch(socket);
  return socket;
}

describe("a socket", () => {
  test("each byte restarts the settling time", async () => {
    const quiescence = new Quiescence(60);
    const socket = await connectToServer(quiescence, 5);
    let received = 0;
    socket.on("data", ({ length }) => {
      received += length;
    });
    socket.write(Buffer.from([30])); // 150 ms in all
    await quiescence.settled();
    expect(received).toBe(30);
  });

  test("an answer that is owed is waited for longer", async () => {
    const quiescence = new Quiescence(10);
    const socket = await connectToServer(quiescence, 60);
    await once(socket, "connect");
    let isOwed = true;
    socket.once("data", () => {
      isOwed = false;
    });
    const stopWaiting = quiescence.awaiting(() => isOwed);
    socket.write(Buffer.from([1]));
    await quiescence.settled();
    expect(isOwed).toBe(false);
    stopWaiting();
  });

  test("is waited for until it is connected", async () => {
    const quiescence = new Quiescence(0);
    const socket = await connectToServer(quiescence, 0);
    await quiescence.settled();
    expect(socket.connecting).toBe(false);
  });

  test("does not count any more once it is closed", async () => {
    const quiescence = new Quiescence(2 ** 31 - 1);
    const socket = await connectToServer(quiescence, 0);
    socket.destroy();
    await once(socket, "close");
    await quiescence.settled();
  });
});

describe("a name that is looked up", () => {
  test("is waited for", async () => {
    const quiescence = new Quiescence(0);
    let found = "";
    const slow: LookupFunction = (_name, _options, callback) => void setTimeout(callback, 50, null, "10.0.0.1", 4);
    quiescence.following(slow)("slow.example", {}, (_error, address) => {
      found = String(address);
    });
    await quiescence.settled();
    expect(found).toBe("10.0.0.1");
  });

  test("is waited for no longer than 10 s of real time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const quiescence = new Quiescence(0);
    let isSettled = false;
    quiescence.following(() => {})("never.example", {}, () => {});
    quiescence.settled().then(() => {
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
    const quiescence = new Quiescence(0);
    const lookup = quiescence.following(() => {
      throw new Error("odd");
    });
    expect(() => lookup("odd.example", {}, () => {})).toThrow("odd");
    await quiescence.settled();
  });
});

test("rejects after a minute of activity", async () => {
  const quiescence = new Quiescence(0);
  let isOver = false;
  const keepActive = (): void => {
    quiescence.moved();
    if (!isOver) setImmediate(keepActive);
  };
  keepActive();
  const start = performance.now();
  let calls = 0;
  vi.spyOn(performance, "now").mockImplementation(() => start + calls++ * 1000);
  const failure = await quiescence.settled().catch((error: unknown) => error);
  isOver = true;
  expect(failure).toBeInstanceOf(UserError);
  expect(String(failure)).toContain("for 60 s something has moved");
});
