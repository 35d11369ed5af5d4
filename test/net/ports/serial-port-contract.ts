import { expect, test } from "vitest";
import type { PortEvents, SerialPort } from "../../../net/serial.js";
import { PortRecorder, sleep, until } from "../port-recorder.js";

/** A host at the other end of a line. */
export interface Host {
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes that it has received. */
  readonly received: Buffer;
  leave(): Promise<void>;
}

/** How the shared cases use one front end. */
interface FrontEnd {
  open(events: PortEvents): Promise<SerialPort> | SerialPort;
  /** Attaches a host. One that does not read leaves its input where it is. */
  attach(port: SerialPort, how: { readonly reads: boolean }): Promise<Host>;
  /** Whether another host can attach after the first; a pipe has only one. */
  readonly reattaches: boolean;
}

const all256 = Uint8Array.from({ length: 256 }, (_, value) => value);
const numbered = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, n) => `${String(n).padStart(7, "0")}\n`).join(""));

/** The cases that every front end passes; the rules are in net/serial.ts. */
export function testSerialPort(frontEnd: FrontEnd): void {
  async function withPort(play: (port: SerialPort, recorder: PortRecorder) => Promise<void>): Promise<void> {
    const recorder = new PortRecorder();
    const port = await frontEnd.open(recorder);
    try {
      await play(port, recorder);
    } finally {
      await port.close();
    }
  }

  test("passes all 256 values in both directions", () =>
    withPort(async (port, recorder) => {
      const host = await frontEnd.attach(port, { reads: true });
      await host.write(all256);
      await until("256 bytes from the host", () => recorder.bytes.length >= 256);
      port.write(all256);
      await until("256 bytes at the host", () => host.received.length >= 256);
      expect(recorder.bytes).toEqual(Buffer.from(all256));
      expect(host.received).toEqual(Buffer.from(all256));
      await host.leave();
    }));

  test("keeps the order in both directions", () =>
    withPort(async (port, recorder) => {
      const host = await frontEnd.attach(port, { reads: true });
      const sent = numbered(20_000);
      await host.write(sent);
      await until("160 kB from the host", () => recorder.bytes.length >= sent.length);
      expect(recorder.bytes.equals(sent)).toBe(true);
      const returned = numbered(5000);
      for (let at = 0; at < returned.length; at += 100) {
        port.write(returned.subarray(at, at + 100));
        if (at % 2000 === 0) await until("the host to read", () => host.received.length >= at);
      }
      await until("40 kB at the host", () => host.received.length >= returned.length);
      expect(host.received.equals(returned)).toBe(true);
      await host.leave();
    }));

  test("reports nothing from inside write, nor before it is open", async () => {
    const recorder = new PortRecorder();
    let inside = true;
    const reportedInside: boolean[] = [];
    const port = await frontEnd.open({
      onBytes(bytes) {
        reportedInside.push(inside);
        recorder.onBytes(bytes);
      },
      onChange(change) {
        reportedInside.push(inside);
        recorder.onChange(change);
      },
    });
    const write = (bytes: Uint8Array): void => {
      inside = true;
      port.write(bytes);
      port.set({ speed: 9600 });
      inside = false;
    };
    inside = false;
    recorder.onReceived = write;
    write(all256);
    const host = await frontEnd.attach(port, { reads: true });
    for (let round = 1; round <= 20; round += 1) {
      await host.write(all256);
      write(all256);
      await until("the host's bytes", () => recorder.bytes.length >= 256 * round);
    }
    expect(reportedInside).not.toContain(true);
    inside = true;
    const closed = port.close();
    inside = false;
    await closed;
    expect(reportedInside).not.toContain(true);
    await host.leave();
  });

  test("neither blocks nor queues without bound when the host does not read", () =>
    withPort(async (port, recorder) => {
      const host = await frontEnd.attach(port, { reads: false });
      await host.write(all256);
      await until("the host to be there", () => recorder.bytes.length >= 256);
      const piece = new Uint8Array(1024).fill(0x41);
      const start = performance.now();
      for (let n = 0; n < 8192; n += 1) port.write(piece);
      expect(performance.now() - start).toBeLessThan(1000);
      await until("the report of lost bytes", () => recorder.dropped > 0);
      expect(recorder.dropped).toBeGreaterThan(1024 * 1024);
      await host.write(all256);
      await until("the host's bytes", () => recorder.bytes.length >= 512);
      await host.leave();
    }));

  test("can be closed more than once, and reports nothing afterwards", () =>
    withPort(async (port, recorder) => {
      const host = await frontEnd.attach(port, { reads: true });
      await host.write(all256);
      await until("the host's bytes", () => recorder.bytes.length >= 256);
      await Promise.all([port.close(), port.close()]);
      const { length } = recorder.changes;
      await host.write(all256).catch(() => {}); // the host may see a hang-up
      port.write(all256);
      await port.close();
      await sleep(50);
      expect(recorder.bytes.length).toBe(256);
      expect(recorder.changes.length).toBe(length);
      await host.leave();
    }));

  if (!frontEnd.reattaches) return;

  test("hosts come and go", () =>
    withPort(async (port, recorder) => {
      for (let round = 1; round <= 5; round += 1) {
        const host = await frontEnd.attach(port, { reads: true });
        await host.write(all256);
        await until("the host's bytes", () => recorder.bytes.length >= 256 * round);
        port.write(all256);
        await until("bytes at the host", () => host.received.length >= 256);
        expect(host.received).toEqual(Buffer.from(all256));
        expect(recorder.count("attach")).toBe(round);
        await host.leave();
        await until("the host to be gone", () => recorder.count("detach") === round);
      }
    }));

  test("a host that leaves without reading leaves nothing to the next one", () =>
    withPort(async (port, recorder) => {
      const host = await frontEnd.attach(port, { reads: false });
      await host.write(all256);
      await until("the host to be there", () => recorder.bytes.length >= 256);
      const block = new Uint8Array(8192).fill(0x41);
      for (let n = 0; n < 1024; n += 1) port.write(block);
      await host.leave();
      await until("the host to be gone", () => recorder.count("detach") === 1);
      expect(recorder.dropped).toBeGreaterThan(0);
      port.write(all256); // no host is attached
      const next = await frontEnd.attach(port, { reads: true });
      await next.write(all256);
      await until("the next host's bytes", () => recorder.bytes.length >= 512);
      port.write(all256);
      await until("bytes at the next host", () => next.received.length >= 256);
      expect(next.received).toEqual(Buffer.from(all256));
      await next.leave();
    }));
}

/** A further case for front ends of sockets: they have one host at a time. */
export function testSingleHost({ open, attach }: FrontEnd): void {
  test("a further host is refused, and the first one does not notice", async () => {
    const recorder = new PortRecorder();
    const port = await open(recorder);
    const first = await attach(port, { reads: true });
    await first.write(all256);
    await until("the first host's bytes", () => recorder.bytes.length >= 256);
    const second = await attach(port, { reads: true });
    await until("the report of the second", () => recorder.count("refused") === 1);
    await second.write(all256).catch(() => {});
    port.write(all256);
    await until("bytes at the first host", () => first.received.length >= 256);
    expect(second.received.length).toBe(0);
    expect(recorder.bytes.length).toBe(256);
    await Promise.all([first.leave(), second.leave(), port.close()]);
  });
}
