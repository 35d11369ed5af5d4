import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Log } from "../../../net/log.js";
import { openPty } from "../../../net/ports/pty/pty.js";
import { openRfc2217 } from "../../../net/ports/rfc2217/rfc2217-protocol.js";
import { Tap } from "../../../net/recordings/tap.js";
import type { OpenPort } from "../../../net/serial.js";
import { systemClock } from "../../../net/time/clock.js";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";
import { until } from "../port-recorder.js";
import { FarEnd } from "../ports/device/far-end.js";
import { attach } from "../ports/pty/pty-hosts.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-tap-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const onPty = async (mayChangeSpeed: () => boolean): Promise<readonly OpenPort[]> => [
  (events) => openPty({ followSpeed: mayChangeSpeed }, events),
];

interface Tapped {
  readonly tap: Tap;
  readonly module: FarEnd;
  /** The path to which hosts attach. */
  readonly path: string;
}

/** Plays something with a tap between a module and its host. */
async function tapped(play: (parts: Tapped) => Promise<void>, device?: string, ports = onPty): Promise<void> {
  const module = new FarEnd();
  module.read();
  const clock = systemClock();
  const tap = await Tap.open({ device: device ?? module.path, ports, clock, log: new Log("silent", () => {}) });
  try {
    await play({ tap, module, path: tap.ports[0]?.path ?? "" });
  } finally {
    await tap.close();
    await module.leave();
  }
}

const bytesOf = (events: readonly RecordedEvent[], way: string): Buffer =>
  Buffer.concat(
    events
      .filter((event) => event.kind === "bytes" && event.way === way)
      .map(({ text, base64 }) =>
        base64 === undefined ? Buffer.from(String(text)) : Buffer.from(String(base64), "base64"),
      ),
  );

const stty = (path: string, ...args: string[]): string =>
  spawnSync("stty", ["-F", path, ...args], { env: { ...process.env, LC_ALL: "C" } }).stdout.toString();
const speedOf = (path: string): string | undefined => /speed (\d+)/.exec(stty(path, "-a"))?.[1];

const values = Buffer.from(Array.from({ length: 256 }, (_, value) => value));

test("all values pass both ways as they are, and are recorded as they passed", async () => {
  await tapped(async ({ tap, module, path }) => {
    const host = await attach(path);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }), async (pieces) => {
        const all = [values, ...pieces];
        const [sent, received] = [module.received.length, host.received.length];
        for (const piece of all) {
          await host.write(piece);
          await module.write(piece);
        }
        const expected = Buffer.concat(all);
        await until(
          "both",
          () => module.received.length + host.received.length === sent + received + 2 * expected.length,
        );
        expect(module.received.subarray(sent).equals(expected)).toBe(true);
        expect(host.received.subarray(received).equals(expected)).toBe(true);
      }),
      { numRuns: 10 },
    );
    const events = tap.events.read(0);
    expect(bytesOf(events, "received").length).toBe(module.received.length);
    expect(bytesOf(events, "sent").length).toBe(host.received.length);
    await host.leave();
  });
});

test("the speed that a host has set is set at the device before the first byte", async () => {
  await tapped(async ({ tap, module, path }) => {
    const leaves = (): number => tap.events.read(0).filter(({ change }) => change === "detach").length;
    for (const [index, speed] of ["115200", "57600"].entries()) {
      const before = module.received.length;
      const host = await attach(path);
      stty(path, speed);
      await host.write(Buffer.from("AT\r"));
      await until("AT", () => module.received.length === before + 3);
      expect(speedOf(module.path)).toBe(speed);
      await host.leave();
      await until("the host to be gone", () => leaves() > index);
    }
  });
});

test("a host that changes its speed after an answer to AT+NATSPEED, or after a silence, is followed", async () => {
  await tapped(async ({ module, path }) => {
    const host = await attach(path);
    await host.write(Buffer.from("AT+NATSPEED=115200,30,0\r"));
    await until("the line", () => module.received.includes("AT+NATSPEED"));
    await module.write(Buffer.from("\r\nOK\r\n"));
    await until("OK", () => host.received.includes("OK"));
    stty(path, "115200");
    await host.write(Buffer.from("AT1\r"));
    await until("the next line", () => module.received.includes("AT1"));
    expect(speedOf(module.path)).toBe("115200");
    stty(path, "19200"); // nothing tells it, so that it is found by looking
    await until("the speed", () => speedOf(module.path) === "19200");
    await host.leave();
  });
});

test("a device that vanishes is waited for, and both are told", async () => {
  const link = join(folder, "device");
  const first = new FarEnd();
  symlinkSync(first.path, link);
  await tapped(async ({ tap, module, path }) => {
    const host = await attach(path);
    await first.leave();
    await until("the detach", () =>
      tap.events.read(0).some(({ change, port }) => change === "detach" && port === link),
    );
    await host.write(Buffer.from("lost"));
    unlinkSync(link);
    symlinkSync(module.path, link);
    await until("the attach", () =>
      tap.events.read(0).some(({ change, why }) => change === "attach" && why === "back again"),
    );
    await host.write(Buffer.from("AT\r"));
    await until("AT", () => module.received.includes("AT\r"));
    expect(tap.events.read(0)).toContainEqual(expect.objectContaining({ kind: "port", change: "dropped", bytes: 4 }));
    await host.leave();
  }, link);
});

test("a host that puts DTR off hangs the device up, which gets its speed back with DTR", async () => {
  const { connect } = await import("node:net");
  const ports = async (): Promise<readonly OpenPort[]> => [
    (events) => openRfc2217({ host: "127.0.0.1", port: 0 }, events),
  ];
  await tapped(
    async ({ tap, module, path }) => {
      const client = connect(Number(path.split(":").at(-1)), "127.0.0.1");
      const control = (value: number): boolean => client.write(Buffer.from([255, 250, 44, 5, value, 255, 240]));
      control(9); // DTR off
      await until("speed 0", () => speedOf(module.path) === "0");
      control(8);
      await until("the speed", () => speedOf(module.path) === "9600");
      expect(tap.events.read(0)).toContainEqual(
        expect.objectContaining({ change: "lines", lines: { dtr: false, rts: true } }),
      );
      client.destroy();
    },
    undefined,
    ports,
  );
});
