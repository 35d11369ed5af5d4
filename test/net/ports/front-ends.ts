import { expect, test } from "vitest";
import type { PortEvents, SerialPort } from "../../../net/serial.js";
import { sleep, until, Witness } from "../witness.js";

/** The other end of a line, as a test holds it. */
export interface Host {
  write(bytes: Uint8Array): Promise<void>;
  /** All that has arrived so far. */
  readonly heard: Buffer;
  leave(): Promise<void>;
}

/** How the shared cases reach one front end. */
interface FrontEnd {
  open(events: PortEvents): Promise<SerialPort> | SerialPort;
  /** A host comes; one that does not read leaves its input where it is. */
  attach(port: SerialPort, how: { readonly reads: boolean }): Promise<Host>;
  /** Whether hosts can come and go; a pipe has one for its whole life. */
  readonly reattaches: boolean;
}

const all256 = Uint8Array.from({ length: 256 }, (_, value) => value);
const numbered = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, n) => `${String(n).padStart(7, "0")}\n`).join(""));

/** What every front end owes; the prose is in net/serial.ts. */
export function owesWhatSerialPortsOwe(frontEnd: FrontEnd): void {
  async function withPort(play: (port: SerialPort, heard: Witness) => Promise<void>): Promise<void> {
    const heard = new Witness();
    const port = await frontEnd.open(heard);
    try {
      await play(port, heard);
    } finally {
      await port.close();
    }
  }

  test("passes all 256 values both ways", () =>
    withPort(async (port, heard) => {
      const host = await frontEnd.attach(port, { reads: true });
      await host.write(all256);
      await until("256 bytes from the host", () => heard.bytes.length >= 256);
      port.write(all256);
      await until("256 bytes at the host", () => host.heard.length >= 256);
      expect(heard.bytes).toEqual(Buffer.from(all256));
      expect(host.heard).toEqual(Buffer.from(all256));
      await host.leave();
    }));

  test("keeps the order, both ways", () =>
    withPort(async (port, heard) => {
      const host = await frontEnd.attach(port, { reads: true });
      const there = numbered(20_000);
      await host.write(there);
      await until("160 kB from the host", () => heard.bytes.length >= there.length);
      expect(heard.bytes.equals(there)).toBe(true);
      const back = numbered(5000);
      for (let at = 0; at < back.length; at += 100) {
        port.write(back.subarray(at, at + 100));
        if (at % 2000 === 0) await until("the host to read", () => host.heard.length >= at);
      }
      await until("40 kB at the host", () => host.heard.length >= back.length);
      expect(host.heard.equals(back)).toBe(true);
      await host.leave();
    }));

  test("tells nothing from inside write, nor before it is open", async () => {
    const heard = new Witness();
    let inside = true;
    const told: boolean[] = [];
    const port = await frontEnd.open({
      onBytes(bytes) {
        told.push(inside);
        heard.onBytes(bytes);
      },
      onChange(change) {
        told.push(inside);
        heard.onChange(change);
      },
    });
    const write = (bytes: Uint8Array): void => {
      inside = true;
      port.write(bytes);
      port.set({ speed: 9600 });
      inside = false;
    };
    inside = false;
    heard.answer = write;
    write(all256);
    const host = await frontEnd.attach(port, { reads: true });
    for (let round = 1; round <= 20; round += 1) {
      await host.write(all256);
      write(all256);
      await until("the host's bytes", () => heard.bytes.length >= 256 * round);
    }
    expect(told).not.toContain(true);
    inside = true;
    const closed = port.close();
    inside = false;
    await closed;
    expect(told).not.toContain(true);
    await host.leave();
  });

  test("neither blocks nor queues without bound when the host does not read", () =>
    withPort(async (port, heard) => {
      const host = await frontEnd.attach(port, { reads: false });
      await host.write(all256);
      await until("the host to be there", () => heard.bytes.length >= 256);
      const piece = new Uint8Array(1024).fill(0x41);
      const start = performance.now();
      for (let n = 0; n < 8192; n += 1) port.write(piece);
      expect(performance.now() - start).toBeLessThan(1000);
      await until("word of what was lost", () => heard.dropped > 0);
      expect(heard.dropped).toBeGreaterThan(1024 * 1024);
      await host.write(all256);
      await until("the host's bytes all the same", () => heard.bytes.length >= 512);
      await host.leave();
    }));

  test("closes more than once, and is silent and harmless afterwards", () =>
    withPort(async (port, heard) => {
      const host = await frontEnd.attach(port, { reads: true });
      await host.write(all256);
      await until("the host's bytes", () => heard.bytes.length >= 256);
      await Promise.all([port.close(), port.close()]);
      const { length } = heard.changes;
      await host.write(all256).catch(() => {}); // the host may see a hang-up
      port.write(all256);
      await port.close();
      await sleep(50);
      expect(heard.bytes.length).toBe(256);
      expect(heard.changes.length).toBe(length);
      await host.leave();
    }));

  if (!frontEnd.reattaches) return;

  test("hosts come and go", () =>
    withPort(async (port, heard) => {
      for (let round = 1; round <= 5; round += 1) {
        const host = await frontEnd.attach(port, { reads: true });
        await host.write(all256);
        await until("the host's bytes", () => heard.bytes.length >= 256 * round);
        port.write(all256);
        await until("bytes at the host", () => host.heard.length >= 256);
        expect(host.heard).toEqual(Buffer.from(all256));
        expect(heard.count("attach")).toBe(round);
        await host.leave();
        await until("the host to be gone", () => heard.count("detach") === round);
      }
    }));

  test("a host that is unplugged in the middle leaves nothing to the next one", () =>
    withPort(async (port, heard) => {
      const host = await frontEnd.attach(port, { reads: false });
      await host.write(all256);
      await until("the host to be there", () => heard.bytes.length >= 256);
      const much = new Uint8Array(8192).fill(0x41);
      for (let n = 0; n < 1024; n += 1) port.write(much);
      await host.leave();
      await until("the host to be gone", () => heard.count("detach") === 1);
      expect(heard.dropped).toBeGreaterThan(0);
      port.write(all256); // to nobody
      const next = await frontEnd.attach(port, { reads: true });
      await next.write(all256);
      await until("the next host's bytes", () => heard.bytes.length >= 512);
      port.write(all256);
      await until("bytes at the next host", () => next.heard.length >= 256);
      expect(next.heard).toEqual(Buffer.from(all256));
      await next.leave();
    }));
}

/** What front ends of sockets owe besides: they have one host at a time. */
export function letsOneHostIn({ open, attach }: FrontEnd): void {
  test("a further host is turned away, and the first one does not notice", async () => {
    const heard = new Witness();
    const port = await open(heard);
    const first = await attach(port, { reads: true });
    await first.write(all256);
    await until("the first host's bytes", () => heard.bytes.length >= 256);
    const second = await attach(port, { reads: true });
    await until("word of the second", () => heard.count("refused") === 1);
    await second.write(all256).catch(() => {});
    port.write(all256);
    await until("bytes at the first host", () => first.heard.length >= 256);
    expect(second.heard.length).toBe(0);
    expect(heard.bytes.length).toBe(256);
    await Promise.all([first.leave(), second.leave(), port.close()]);
  });
}
