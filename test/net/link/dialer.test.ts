import { once } from "node:events";
import { createServer, type LookupFunction, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDialer, type Dialer, type DialerOptions } from "../../../net/link/dialer.js";
import type { Connection } from "../../../net/link/link.js";
import type { StreamEnd } from "../../../net/link/stream-pair.js";
import { Quiescence } from "../../../net/time/quiescence.js";
import { testLink } from "./link-contract.js";
import { LinkRecorder } from "./link-recorder.js";

let server: Server;
let dialer: Dialer;
const peers: Duplex[] = [];

beforeEach(async () => {
  // Half-open, so that a test decides what the peer sends and when.
  server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (peer) =>
    peers.push(peer.on("error", () => {})),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  dialer = createDialer();
});

afterEach(async () => {
  await dialer.close();
  for (const peer of peers.splice(0)) peer.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function portOf(listening: Server): number {
  const address = listening.address();
  if (typeof address !== "object" || !address) throw new Error("the server does not listen");
  return address.port;
}

/** What is reported of a dial that fails. */
async function outcome(options: DialerOptions, host: string, port = 1): Promise<readonly string[]> {
  const failing = createDialer(options);
  const recorder = new LinkRecorder();
  failing.dial(host, port, recorder.events);
  expect(recorder.reported).toEqual([]);
  await recorder.untilDown();
  await failing.close();
  return recorder.reported;
}

describe("a dial that fails reports its reason once", () => {
  test("nothing listens: refused", async () => {
    expect(await outcome({}, "127.0.0.1")).toEqual(["down refused"]);
  });

  test("no route (TCP to a multicast group): unreachable", async () => {
    expect(await outcome({}, "224.0.0.1")).toEqual(["down unreachable"]);
  });

  test("a port that Node refuses: failed", async () => {
    expect(await outcome({}, "127.0.0.1", 70000)).toEqual(["down failed"]);
  });

  const failingWith = (code: string): LookupFunction => {
    return (_name, _options, callback) => setImmediate(callback, Object.assign(new Error(code), { code }), "", 4);
  };
  test.each([
    ["ENOTFOUND", "unresolved"],
    ["EAI_AGAIN", "unresolved"],
    ["ENODATA", "unresolved"],
    ["ESERVFAIL", "unresolved"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["ENETDOWN", "unreachable"],
    ["ETIMEDOUT", "timedOut"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["EMFILE", "failed"],
  ])("%s: %s", async (code, reason) => {
    expect(await outcome({ lookup: failingWith(code) as never }, "name.invalid")).toEqual([`down ${reason}`]);
  });

  test("every address of a name fails: the reason of the first one counts", async () => {
    const both = [
      { address: "127.0.0.1", family: 4 },
      { address: "224.0.0.1", family: 4 },
    ];
    const lookup = (_name: string, _options: unknown, callback: (error: null, all: unknown) => void) =>
      setImmediate(callback, null, both);
    expect(await outcome({ lookup: lookup as never }, "two.invalid")).toEqual(["down refused"]);
  });
});

describe("it dials", () => {
  test("the destination of the name map", async () => {
    const mapped = createDialer({ resolve: () => ({ host: "127.0.0.1", port: portOf(server) }) });
    const recorder = new LinkRecorder();
    mapped.dial("mqtt.example.invalid", 1883, recorder.events);
    await recorder.untilReported();
    expect(recorder.reported).toEqual(["up"]);
    await mapped.close();
  });

  test("an IPv6 address", async (context) => {
    const six = createServer();
    const listening = await once(six.listen(0, "::1"), "listening").catch(() => undefined);
    if (!listening) context.skip("there is no IPv6 here");
    const recorder = new LinkRecorder();
    dialer.dial("::1", portOf(six), recorder.events);
    await recorder.untilReported();
    expect(recorder.reported).toEqual(["up"]);
    await dialer.close();
    await new Promise((resolve) => six.close(resolve));
  });

  test("a name, by the system's resolver", async () => {
    const recorder = new LinkRecorder();
    dialer.dial("localhost", portOf(server), recorder.events);
    await recorder.untilReported();
    expect(recorder.reported).toEqual(["up"]);
  });
});

test("end while the name is being looked up", async () => {
  let answer = (): void => {};
  const lookup = (_name: string, _options: unknown, callback: (error: Error) => void) => {
    answer = () => callback(new Error("late"));
  };
  const waiting = createDialer({ lookup: lookup as never });
  const recorder = new LinkRecorder();
  waiting.dial("slow.invalid", 1883, recorder.events).end();
  await waiting.close();
  answer();
  await turn();
  expect(recorder.reported).toEqual([]);
});

describe("over TCP", () => {
  testLink(async () => {
    const accepted = once(server, "connection").then(([peer]) => peer as Socket);
    return { dialer, dial: (events) => dialer.dial("127.0.0.1", portOf(server), events), accepted };
  });
});

describe("in this process", () => {
  const broker = { host: "127.0.0.1", port: 1883 };

  testLink(async () => {
    let take = (_peer: Connection): void => {};
    const accepted = new Promise<Connection>((resolve) => {
      take = resolve;
    });
    const accept = (peer: Duplex): boolean => {
      peers.push(peer.on("error", () => {}));
      take(peer as StreamEnd);
      return true;
    };
    dialer = createDialer({ quiescence: new Quiescence(0), broker: { ...broker, accept } });
    return { dialer, dial: (events) => dialer.dial("localhost", broker.port, events), accepted };
  });

  test("a broker that is closed: refused", async () => {
    const closed = { ...broker, accept: () => false };
    expect(await outcome({ quiescence: new Quiescence(0), broker: closed }, broker.host, broker.port)).toEqual([
      "down refused",
    ]);
  });
});

describe("a connection that is not a link", () => {
  test("goes to the same destination, and is closed with the dialer", async () => {
    const mapped = createDialer({ resolve: () => ({ host: "127.0.0.1", port: portOf(server) }) });
    const connection = mapped.connect("cloud.example.invalid", 443);
    await once(connection, "connect");
    await mapped.close(500);
    expect(connection.destroyed).toBe(true);
  });
});
