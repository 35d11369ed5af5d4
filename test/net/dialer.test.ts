import { once } from "node:events";
import { createServer, type LookupFunction, type Server, type Socket } from "node:net";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDialer, type Dialer, type DialerOptions, type Link } from "../../net/dialer.js";

/** Everything a link told, in order, and a way to wait for it. */
class Ear {
  readonly told: string[] = [];
  readonly chunks: Uint8Array[] = [];
  sentTotal = 0;
  #wake = (): void => {};

  readonly events = {
    up: () => this.#hear("up"),
    down: (reason: string) => this.#hear(`down ${reason}`),
    bytes: (bytes: Uint8Array) => {
      this.chunks.push(bytes);
      this.#hear("bytes");
    },
    sent: (total: number) => {
      expect(total).toBeGreaterThan(this.sentTotal);
      this.sentTotal = total;
      this.#hear("sent");
    },
    sendFailed: () => this.#hear("sendFailed"),
  };

  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  down(): Promise<void> {
    return this.until(() => this.told.some((word) => word.startsWith("down")));
  }

  #hear(word: string): void {
    this.told.push(word);
    this.#wake();
  }
}

let server: Server;
let dialer: Dialer;
const peers: Socket[] = [];

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

/** A link that is up, and the peer's end of it. */
async function connected(): Promise<{ link: Link; ear: Ear; peer: Socket }> {
  const ear = new Ear();
  const accepted = once(server, "connection");
  const link = dialer.dial("127.0.0.1", portOf(server), ear.events);
  expect(ear.told).toEqual([]);
  await ear.until(() => ear.told.length > 0);
  expect(ear.told).toEqual(["up"]);
  const [peer] = (await accepted) as [Socket];
  return { link, ear, peer };
}

/** What a dial that fails tells. */
async function outcome(options: DialerOptions, host: string, port = 1): Promise<readonly string[]> {
  const failing = createDialer(options);
  const ear = new Ear();
  failing.dial(host, port, ear.events);
  expect(ear.told).toEqual([]);
  await ear.down();
  await failing.close();
  return ear.told;
}

async function allGone(): Promise<void> {
  while (dialer.links() > 0) await delay(5);
}

const textOf = async (peer: Socket): Promise<string> => {
  let text = "";
  for await (const chunk of peer) text += chunk.toString("latin1");
  return text;
};

describe("a dial that fails tells why, once", () => {
  test("nobody listens: refused", async () => {
    expect(await outcome({}, "127.0.0.1")).toEqual(["down refused"]);
  });

  test("no way there (TCP to a multicast group): unreachable", async () => {
    expect(await outcome({}, "224.0.0.1")).toEqual(["down unreachable"]);
  });

  test("what node will not even try: failed", async () => {
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

  test("every address of a name failed: the first one tells", async () => {
    const both = [
      { address: "127.0.0.1", family: 4 },
      { address: "224.0.0.1", family: 4 },
    ];
    const lookup = (_name: string, _options: unknown, callback: (error: null, all: unknown) => void) =>
      setImmediate(callback, null, both);
    expect(await outcome({ lookup: lookup as never }, "two.invalid")).toEqual(["down refused"]);
  });
});

describe("where it dials", () => {
  test("what the name map says", async () => {
    const mapped = createDialer({ resolve: () => ({ host: "127.0.0.1", port: portOf(server) }) });
    const ear = new Ear();
    mapped.dial("mqtt.example.invalid", 1883, ear.events);
    await ear.until(() => ear.told.length > 0);
    expect(ear.told).toEqual(["up"]);
    await mapped.close();
  });

  test("an IPv6 address", async (context) => {
    const six = createServer();
    const listening = await once(six.listen(0, "::1"), "listening").catch(() => undefined);
    if (!listening) context.skip("there is no IPv6 here");
    const ear = new Ear();
    dialer.dial("::1", portOf(six), ear.events);
    await ear.until(() => ear.told.length > 0);
    expect(ear.told).toEqual(["up"]);
    await dialer.close();
    await new Promise((resolve) => six.close(resolve));
  });

  test("names through the system's resolver", async () => {
    const ear = new Ear();
    dialer.dial("localhost", portOf(server), ear.events);
    await ear.until(() => ear.told.length > 0);
    expect(ear.told).toEqual(["up"]);
  });
});

describe("a link that goes", () => {
  test("FIN alone is the end, after all bytes before it", async () => {
    const { ear, peer } = await connected();
    peer.end("last words");
    await ear.down();
    expect(ear.text).toBe("last words");
    expect(ear.told.at(-1)).toBe("down closed");
    expect(await textOf(peer)).toBe(""); // our side is closed too: the peer sees the end
  });

  test("RST in mid-stream is a reset", async () => {
    const { link, ear, peer } = await connected();
    peer.write("some");
    await ear.until(() => ear.text === "some");
    link.write(Buffer.from("ping"));
    peer.resetAndDestroy();
    await ear.down();
    expect(ear.told.at(-1)).toBe("down reset");
    expect(ear.told.filter((word) => word.startsWith("down"))).toHaveLength(1);
  });

  test("a write that the system refuses is told before the end", async () => {
    const { link, ear, peer } = await connected();
    link.pause();
    // So much that the link's reading stands still, and only a write can find the reset.
    peer.write(Buffer.alloc(8 << 20));
    await delay(50);
    peer.resetAndDestroy();
    await once(peer, "close");
    for (let tries = 0; tries < 1000 && !ear.told.includes("sendFailed"); tries++) {
      link.write(Buffer.from("ping"));
      await turn();
    }
    await ear.down();
    expect(ear.told.slice(-2)).toEqual(["sendFailed", "down reset"]);
  });

  test("what is done to it afterwards has no effect", async () => {
    const { link, ear, peer } = await connected();
    peer.end();
    await ear.down();
    link.write(Buffer.from("late"));
    link.pause();
    link.resume();
    link.end();
    link.reset();
    await turn();
    expect(ear.told).toEqual(["up", "down closed"]);
  });
});

describe("bytes out", () => {
  test("10 000 small writes arrive in order, and are all counted", async () => {
    const { link, ear, peer } = await connected();
    const texts = Array.from({ length: 10_000 }, (_, index) => `${index},`);
    for (const text of texts) link.write(Buffer.from(text));
    const whole = texts.join("");
    await ear.until(() => ear.sentTotal === whole.length);
    expect(ear.told).toEqual(["up", "sent"]); // one tick is one system call
    link.end();
    expect(await textOf(peer)).toBe(whole);
  });

  test("totals go on from tick to tick", async () => {
    const { link, ear } = await connected();
    for (const total of [3, 6, 9]) {
      link.write(Buffer.from("abc"));
      await ear.until(() => ear.sentTotal === total);
    }
    expect(ear.told).toEqual(["up", "sent", "sent", "sent"]);
  });

  test("a peer that never reads: what is sent stands still, and end still ends", async () => {
    const { link, ear, peer } = await connected();
    const block = Buffer.alloc(1 << 20);
    const blocks = 32; // more than two loopback buffers take
    for (let count = 0; count < blocks; count++) {
      link.write(block);
      await turn();
    }
    expect(ear.sentTotal).toBeLessThan(blocks * block.length);
    const told = ear.told.length;
    const started = performance.now();
    link.end();
    await allGone();
    expect(performance.now() - started).toBeLessThan(5000);
    expect(ear.told).toHaveLength(told);
    peer.destroy();
  });
});

describe("bytes in", () => {
  test("pause holds bytes and the end back, resume gives them in order", async () => {
    const { link, ear, peer } = await connected();
    link.pause();
    const whole = Array.from({ length: 20_000 }, (_, index) => `${index},`).join("");
    peer.end(whole);
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(ear.told).toEqual(["up"]);
    link.resume();
    await ear.until(() => ear.chunks.length > 0);
    link.pause();
    const paused = ear.told.length;
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(ear.told).toHaveLength(paused);
    link.resume();
    await ear.down();
    expect(ear.text).toBe(whole);
    expect(ear.told.at(-1)).toBe("down closed");
  });

  test("paused before it is up", async () => {
    const ear = new Ear();
    const accepted = once(server, "connection");
    const link = dialer.dial("127.0.0.1", portOf(server), ear.events);
    link.pause();
    const [peer] = (await accepted) as [Socket];
    peer.end("early");
    await ear.until(() => ear.told.includes("up"));
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(ear.told).toEqual(["up"]);
    link.resume();
    await ear.down();
    expect(ear.told).toEqual(["up", "bytes", "down closed"]);
  });
});

describe("our side ends", () => {
  test("end: everything written arrives, then FIN; what comes is thrown away", async () => {
    const { link, ear, peer } = await connected();
    peer.write("nobody hears this");
    link.write(Buffer.from("good"));
    link.write(Buffer.from("bye"));
    link.end();
    const told = ear.told.length;
    expect(await textOf(peer)).toBe("goodbye");
    peer.end("nor this");
    await allGone();
    expect(ear.told).toHaveLength(told);
  });

  test("reset: the peer sees RST, nothing queued leaves", async () => {
    const { link, ear, peer } = await connected();
    peer.resume();
    let heard = 0;
    peer.on("data", (bytes) => {
      heard += bytes.length;
    });
    const failed = once(peer, "error");
    link.write(Buffer.from("never"));
    link.reset();
    expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
    expect(heard).toBe(0);
    expect(ear.told).toEqual(["up"]);
  });

  test("reset after end cuts the wait short", async () => {
    const { link, peer } = await connected();
    link.end();
    link.reset();
    await allGone();
    peer.destroy();
  });

  test.each(["end", "reset"] as const)("%s while connecting tells nothing", async (act) => {
    const ear = new Ear();
    const link = dialer.dial("127.0.0.1", portOf(server), ear.events);
    link[act]();
    await allGone();
    expect(ear.told).toEqual([]);
  });

  test("end while the name is still being looked up", async () => {
    let answer = (): void => {};
    const lookup = (_name: string, _options: unknown, callback: (error: Error) => void) => {
      answer = () => callback(new Error("late"));
    };
    const waiting = createDialer({ lookup: lookup as never });
    const ear = new Ear();
    waiting.dial("slow.invalid", 1883, ear.events).end();
    await waiting.close();
    answer();
    await turn();
    expect(ear.told).toEqual([]);
  });

  test("close destroys what is open, connecting or lingering", async () => {
    const first = await connected();
    const second = await connected();
    second.link.end();
    const third = new Ear();
    dialer.dial("127.0.0.1", portOf(server), third.events);
    await dialer.close();
    await dialer.close();
    await turn();
    expect([first.ear.told, second.ear.told, third.told]).toEqual([["up"], ["up"], []]);
  });
});
