import { once } from "node:events";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Dialer } from "../../../net/link/dialer.js";
import type { Connection, Link, LinkEvents } from "../../../net/link/link.js";
import { LinkRecorder } from "./link-recorder.js";

/** A dialer and its peer. The peer is half-open, and reads nothing until a test reads. */
export interface LinkSetup {
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

/** The cases that every link passes, over any connection; the rules are in net/link/link.ts. */
export function testLink(open: () => Promise<LinkSetup>): void {
  /** A link that is up, and the peer's end. */
  async function connected() {
    const recorder = new LinkRecorder();
    const ground = await open();
    const link = ground.dial(recorder.events);
    expect(recorder.reported).toEqual([]);
    await recorder.untilReported();
    expect(recorder.reported).toEqual(["up"]);
    const allClosed = async (): Promise<void> => {
      while (ground.dialer.links() > 0) await delay(5);
    };
    return { ...ground, link, ear: recorder, peer: await ground.accepted, allClosed };
  }

  describe("a link that ends or fails", () => {
    test("FIN alone ends it, after all bytes before it", async () => {
      const { ear: recorder, peer } = await connected();
      peer.end("last words");
      await recorder.untilDown();
      expect(recorder.text).toBe("last words");
      expect(recorder.reported.at(-1)).toBe("down closed");
      expect(await textOf(peer)).toBe(""); // our side is closed too: the peer sees the end
    });

    test("RST in mid-stream is a reset", async () => {
      const { link, ear: recorder, peer } = await connected();
      peer.write("some");
      await recorder.until(() => recorder.text === "some");
      link.write(Buffer.from("ping"));
      peer.resetAndDestroy();
      await recorder.untilDown();
      expect(recorder.reported.at(-1)).toBe("down reset");
      expect(recorder.reported.filter((event) => event.startsWith("down"))).toHaveLength(1);
    });

    test("a write that the system refuses is reported before the end", async () => {
      const { link, ear: recorder, peer } = await connected();
      link.pause();
      // The link stops reading at this many bytes; then only a write can notice the reset.
      peer.write(Buffer.alloc(8 << 20));
      await delay(50);
      peer.resetAndDestroy();
      await once(peer, "close");
      for (let tries = 0; tries < 1000 && !recorder.reported.includes("sendFailed"); tries++) {
        link.write(Buffer.from("ping"));
        await turn();
      }
      await recorder.untilDown();
      expect(recorder.reported.slice(-2)).toEqual(["sendFailed", "down reset"]);
    });

    test("calls after the end have no effect", async () => {
      const { link, ear: recorder, peer } = await connected();
      peer.end();
      await recorder.untilDown();
      link.write(Buffer.from("late"));
      link.pause();
      link.resume();
      link.end();
      link.reset();
      await turn();
      expect(recorder.reported).toEqual(["up", "down closed"]);
    });
  });

  describe("bytes out", () => {
    test("10 000 small writes arrive in order, and are all counted", async () => {
      const { link, ear: recorder, peer } = await connected();
      const texts = Array.from({ length: 10_000 }, (_, index) => `${index},`);
      for (const text of texts) link.write(Buffer.from(text));
      const whole = texts.join("");
      await recorder.until(() => recorder.sentTotal === whole.length);
      expect(recorder.reported).toEqual(["up", "sent"]); // one tick is one system call
      link.end();
      expect(await textOf(peer)).toBe(whole);
    });

    test("totals grow from tick to tick", async () => {
      const { link, ear: recorder } = await connected();
      for (const total of [3, 6, 9]) {
        link.write(Buffer.from("abc"));
        await recorder.until(() => recorder.sentTotal === total);
      }
      expect(recorder.reported).toEqual(["up", "sent", "sent", "sent"]);
    });

    test("a peer that never reads: no more is sent, and end still closes it", async () => {
      const { link, ear: recorder, peer, allClosed } = await connected();
      const block = Buffer.alloc(1 << 20);
      const blocks = 32; // more than two loopback buffers take
      for (let count = 0; count < blocks; count++) {
        link.write(block);
        await turn();
      }
      expect(recorder.sentTotal).toBeLessThan(blocks * block.length);
      const count = recorder.reported.length;
      const started = performance.now();
      link.end();
      await allClosed();
      expect(performance.now() - started).toBeLessThan(5000);
      expect(recorder.reported).toHaveLength(count);
      peer.destroy();
    });
  });

  describe("bytes in", () => {
    test("pause holds back bytes and the end, resume delivers them in order", async () => {
      const { link, ear: recorder, peer } = await connected();
      link.pause();
      const whole = Array.from({ length: 20_000 }, (_, index) => `${index},`).join("");
      peer.end(whole);
      await turns();
      expect(recorder.reported).toEqual(["up"]);
      link.resume();
      await recorder.until(() => recorder.chunks.length > 0);
      link.pause();
      const paused = recorder.reported.length;
      await turns();
      expect(recorder.reported).toHaveLength(paused);
      link.resume();
      await recorder.untilDown();
      expect(recorder.text).toBe(whole);
      expect(recorder.reported.at(-1)).toBe("down closed");
    });

    test("paused before it is up", async () => {
      const recorder = new LinkRecorder();
      const { dial, accepted } = await open();
      const link = dial(recorder.events);
      link.pause();
      (await accepted).end("early");
      await recorder.until(() => recorder.reported.includes("up"));
      await turns();
      expect(recorder.reported).toEqual(["up"]);
      link.resume();
      await recorder.untilDown();
      expect(recorder.reported).toEqual(["up", "bytes", "down closed"]);
    });
  });

  describe("our side ends", () => {
    test("end: everything written arrives, then FIN; input is ignored", async () => {
      const { link, ear: recorder, peer, allClosed } = await connected();
      peer.write("ignored");
      link.write(Buffer.from("good"));
      link.write(Buffer.from("bye"));
      link.end();
      const count = recorder.reported.length;
      expect(await textOf(peer)).toBe("goodbye");
      peer.end("ignored, too");
      await allClosed();
      expect(recorder.reported).toHaveLength(count);
    });

    test("reset: the peer sees RST, and nothing queued is sent", async () => {
      const { link, ear: recorder, peer } = await connected();
      peer.resume();
      let received = 0;
      peer.on("data", (bytes) => {
        received += bytes.length;
      });
      const failed = once(peer, "error");
      link.write(Buffer.from("never"));
      link.reset();
      expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
      expect(received).toBe(0);
      expect(recorder.reported).toEqual(["up"]);
    });

    test("reset after end closes it at once", async () => {
      const { link, peer, allClosed } = await connected();
      link.end();
      link.reset();
      await allClosed();
      peer.destroy();
    });

    test.each(["end", "reset"] as const)("%s while connecting reports nothing", async (act) => {
      const recorder = new LinkRecorder();
      const { dial, dialer } = await open();
      dial(recorder.events)[act]();
      await dialer.close();
      await turns();
      expect(recorder.reported).toEqual([]);
    });

    test("close destroys links that are open, connecting or ending, and reports nothing", async () => {
      const { ear: recorder, dial, dialer } = await connected();
      const lingering = new LinkRecorder();
      const connecting = new LinkRecorder();
      const link = dial(lingering.events);
      await lingering.untilReported();
      link.end();
      dial(connecting.events);
      await dialer.close();
      await dialer.close();
      await turns();
      expect([recorder.reported, lingering.reported, connecting.reported]).toEqual([["up"], ["up"], []]);
    });
  });
}
