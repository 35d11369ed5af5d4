import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { manualClock, startModem } from "../../testing.js";
import { connect, start } from "./start.js";

describe("time", () => {
  /** Starts a broker that accepts every client and sends nothing else; returns its port. */
  async function silentBroker(): Promise<number> {
    const server = createServer((socket) => {
      socket.once("data", () => socket.write(new Uint8Array([0x20, 2, 0, 0]))).on("error", () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const bound = server.address();
    return typeof bound === "object" && bound ? bound.port : 0;
  }

  test("a manual clock: three retries of ten seconds take no real time", async () => {
    const port = await silentBroker();
    const modem = await start({
      clock: manualClock({ settleMs: 1 }),
      mappings: [{ name: "*", host: "127.0.0.1", port }],
    });
    const { host, clock } = modem;
    await host.command('AT+QMTCFG="timeout",0,10,3,1');
    await connect(modem);
    await host.command('AT+QMTPUB=0,7,1,0,"t"', { payload: "22.5" });
    for (let retry = 1; retry <= 3; retry += 1) {
      await clock.advance(9_999);
      expect(host.unread.filter((urc) => urc.startsWith("+QMTPUB"))).toEqual([]);
      await clock.advance(1);
      await host.urc(new RegExp(`^\\+QMTPUB: 0,7,1,${retry}$`));
    }
    await clock.advance(10_000);
    await host.urc(/^\+QMTPUB: 0,7,2$/);
    expect(clock.now()).toBe(40_000);
  });

  test("a manual clock: the banner, the SIM and the network come at their times", async () => {
    const { host, clock } = await start({ clock: "manual", profile: { base: "bc28", timing: "realistic" } });
    await clock.advance(2_999);
    expect(host.heard).toBe("");
    await clock.advance(1);
    await host.urc(/Neul/);
    const first = host.command("AT+CGATT?");
    await clock.advance(40);
    expect(await first).toEqual(["+CGATT:0"]);
    await clock.advance(31_500);
    const again = host.command("AT+CGATT?");
    await clock.advance(40);
    expect(await again).toEqual(["+CGATT:1"]);
  });

  test("a scaled clock, and a clock object", async () => {
    const own = manualClock();
    const modem = await start({ clock: own });
    expect(modem.clock).toBe(own);
    expect((await start({ clock: { scale: 60 } })).clock.speed).toBe(60);
    await expect(startModem({ clock: { scale: 0 } })).rejects.toThrow("clock: { scale: 0 } is not a speed");
  });
});
