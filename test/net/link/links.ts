import { once } from "node:events";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Dialer } from "../../../net/link/dialer.js";
import type { Connection, Link, LinkEvents } from "../../../net/link/link.js";
import { Ear } from "./ear.js";

/** Where links are dialled, and who takes the call; half-open, and reading nothing until it is asked to. */
export interface Ground {
  readonly dialer: Dialer;
  dial(events: LinkEvents): Link;
  readonly accepted: Promise<Connection>;
}

const textOf = async (peer: Connection): Promise<string> => {
  let text = "";
  for await (const chunk of peer) text += chunk.toString("latin1");
  return text;
};

async function turns(): Promise<void> {
  for (let count = 0; count < 20; count++) await turn();
}

/** What every link owes, whatever it goes over; the prose is in net/link.ts. */
export function owesWhatLinksOwe(open: () => Promise<Ground>): void {
  /** A link that is up, and the peer's end of it. */
  async function connected() {
    const ear = new Ear();
    const ground = await open();
    const link = ground.dial(ear.events);
    expect(ear.told).toEqual([]);
    await ear.first();
    expect(ear.told).toEqual(["up"]);
    const allGone = async (): Promise<void> => {
      while (ground.dialer.links() > 0) await delay(5);
    };
    return { ...ground, link, ear, peer: await ground.accepted, allGone };
  }

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
      const { link, ear, peer, allGone } = await connected();
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
      await turns();
      expect(ear.told).toEqual(["up"]);
      link.resume();
      await ear.until(() => ear.chunks.length > 0);
      link.pause();
      const paused = ear.told.length;
      await turns();
      expect(ear.told).toHaveLength(paused);
      link.resume();
      await ear.down();
      expect(ear.text).toBe(whole);
      expect(ear.told.at(-1)).toBe("down closed");
    });

    test("paused before it is up", async () => {
      const ear = new Ear();
      const { dial, accepted } = await open();
      const link = dial(ear.events);
      link.pause();
      (await accepted).end("early");
      await ear.until(() => ear.told.includes("up"));
      await turns();
      expect(ear.told).toEqual(["up"]);
      link.resume();
      await ear.down();
      expect(ear.told).toEqual(["up", "bytes", "down closed"]);
    });
  });

  describe("our side ends", () => {
    test("end: everything written arrives, then FIN; what comes is thrown away", async () => {
      const { link, ear, peer, allGone } = await connected();
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
      const { link, peer, allGone } = await connected();
      link.end();
      link.reset();
      await allGone();
      peer.destroy();
    });

    test.each(["end", "reset"] as const)("%s while connecting tells nothing", async (act) => {
      const ear = new Ear();
      const { dial, dialer } = await open();
      dial(ear.events)[act]();
      await dialer.close();
      await turns();
      expect(ear.told).toEqual([]);
    });

    test("close destroys what is open, connecting or lingering, and tells nothing", async () => {
      const { ear, dial, dialer } = await connected();
      const lingering = new Ear();
      const connecting = new Ear();
      const link = dial(lingering.events);
      await lingering.first();
      link.end();
      dial(connecting.events);
      await dialer.close();
      await dialer.close();
      await turns();
      expect([ear.told, lingering.told, connecting.told]).toEqual([["up"], ["up"], []]);
    });
  });

  describe("the network drops it", () => {
    test("our side hears why, later; the peer sees RST", async () => {
      const { link, ear, peer, allGone } = await connected();
      peer.resume();
      const failed = once(peer, "error");
      link.cut("timedOut");
      expect(ear.told).toEqual(["up"]);
      expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
      await ear.down();
      link.cut("reset");
      await allGone();
      expect(ear.told).toEqual(["up", "down timedOut"]);
    });
  });
}
