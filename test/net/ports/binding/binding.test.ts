import { once } from "node:events";
import type { SerialPort } from "serialport";
import { describe, expect, test } from "vitest";
import { type BindingPort, openBinding } from "../../../../net/ports/binding/binding.js";
import type { SerialBinding } from "../../../../net/ports/binding/serial-binding.js";
// Imported by its path: its package does not export its types.
import type { BindingInterface } from "../../../../node_modules/@serialport/bindings-interface/dist/index.js";
import { PortRecorder, until } from "../../port-recorder.js";
import { testSerialPort } from "../serial-port-contract.js";
import { attachSerialPort, done, openSerialPort } from "./binding-hosts.js";

describe("a binding is a front end", () => {
  let port: BindingPort;
  testSerialPort({
    open(events) {
      port = openBinding({}, events);
      return port;
    },
    attach: ({ path }, how) => attachSerialPort(port.binding, path, how),
    reattaches: true,
  });
});

const path = "/dev/ttyBC28";

function open(): { port: BindingPort; binding: SerialBinding; recorder: PortRecorder } {
  const recorder = new PortRecorder();
  const port = openBinding({}, recorder);
  return { port, binding: port.binding, recorder };
}

/** The error with which a host's port closes. */
const endOf = async (host: SerialPort): Promise<Error & { readonly disconnected?: boolean }> =>
  (await once(host, "close"))[0];

describe("serialport, on a binding", () => {
  test("its speed, lines and break are reported", async () => {
    const { port, binding, recorder } = open();
    const host = await openSerialPort(binding, path, { baudRate: 57600 });
    await done((callback) => host.update({ baudRate: 115200 }, callback));
    await done((callback) => host.set({ rts: false, brk: true }, callback));
    await done((callback) => host.set({ brk: true }, callback));
    await done((callback) => host.close(callback));
    expect(recorder.changes).toEqual([
      { kind: "attach" },
      { kind: "speed", speed: 57600 },
      { kind: "lines", lines: { dtr: true, rts: true } },
      { kind: "speed", speed: 115200 },
      { kind: "lines", lines: { dtr: true, rts: false } },
      { kind: "break" },
      { kind: "lines", lines: { dtr: true, rts: true } },
      { kind: "lines", lines: { dtr: false, rts: false } },
      { kind: "detach" },
    ]);
    await port.close();
  });

  test("sees the lines that the module sets", async () => {
    const { port, binding } = open();
    const host = await openSerialPort(binding, path);
    const status = (): Promise<unknown> =>
      new Promise((resolve, reject) => host.get((error, lines) => (error ? reject(error) : resolve(lines))));
    expect(await status()).toEqual({ cts: true, dsr: true, dcd: false });
    port.set({ lines: { dcd: true, cts: false } });
    expect(await status()).toEqual({ cts: false, dsr: true, dcd: true });
    const ended = endOf(host.resume());
    await port.close();
    await ended;
  });

  test("drains what it wrote, and flushes what it has not read", async () => {
    const { port, binding, recorder } = open();
    const host = await openSerialPort(binding, path);
    host.write("AT\r");
    await done((callback) => host.drain(callback));
    await until("the bytes", () => recorder.bytes.toString() === "AT\r");
    port.write(Buffer.from("unread"));
    await done((callback) => host.flush(callback));
    const received = once(host, "data");
    port.write(Buffer.from("read"));
    expect(String((await received)[0])).toBe("read");
    await port.close();
  });

  test("finds the module in the list, and cannot open another path", async () => {
    const { port, binding } = open();
    const other = openBinding({ path: "COM7" }, new PortRecorder());
    expect((await binding.list()).map((info) => info.path)).toEqual([path]);
    expect((await other.binding.list()).map((info) => info.path)).toEqual(["COM7"]);
    await expect(openSerialPort(binding, "COM7")).rejects.toThrow(
      "No such file or directory, cannot open COM7: this module is at /dev/ttyBC28",
    );
    await Promise.all([port.close(), other.close()]);
  });

  test("has the type that the package defines", async () => {
    const { port, binding } = open();
    const typed: BindingInterface = binding;
    expect(typed).toBe(binding);
    await port.close();
  });

  test("a second host finds the port locked, until the first has closed it", async () => {
    const { port, binding } = open();
    const [first, second] = await Promise.allSettled([openSerialPort(binding, path), openSerialPort(binding, path)]);
    if (first.status !== "fulfilled") throw first.reason;
    expect(second).toMatchObject({ reason: { message: expect.stringContaining("cannot lock port /dev/ttyBC28") } });
    await done((callback) => first.value.close(callback));
    await (await attachSerialPort(binding, path)).leave();
    await port.close();
  });

  test("modules at the same path are independent", async () => {
    const modules = Array.from({ length: 50 }, open);
    const hosts = await Promise.all(modules.map(({ binding }) => attachSerialPort(binding, path)));
    for (const [n, { port }] of modules.entries()) port.write(Buffer.from(`module ${n}`));
    await until("the last", () => hosts.every((host) => host.received.length > 0));
    expect(hosts.map((host) => String(host.received))).toEqual(modules.map((_, n) => `module ${n}`));
    await Promise.all(modules.map(({ port }) => port.close()));
  });
});

describe("an adapter that is unplugged", () => {
  const moments: readonly (readonly [string, (host: SerialPort) => Promise<void> | void])[] = [
    [
      "while the host reads",
      (host) =>
        once(host.resume(), "never-there", { signal: AbortSignal.timeout(5) }).then(
          () => {},
          () => {},
        ),
    ],
    ["in the tick in which a read begins", (host) => void host.resume()],
    [
      "while the host writes",
      (host) => {
        host.on("error", () => {}).write("AT\r");
      },
    ],
  ];

  test.each(moments)("%s, ends the host's port with a DisconnectedError", async (_, prepare) => {
    const { port, binding, recorder } = open();
    const host = await openSerialPort(binding, path);
    await prepare(host);
    const ended = endOf(host);
    port.unplug();
    expect(await ended).toMatchObject({ disconnected: true });
    expect(recorder.bytes.length).toBe(0);
    expect(recorder.changes.at(-1)).toEqual({ kind: "detach" });
    await port.close();
  });

  test("is not listed until it is plugged in again", async () => {
    const { port, binding, recorder } = open();
    const host = await openSerialPort(binding, path);
    const ended = endOf(host.resume());
    port.unplug();
    await ended;
    expect(await binding.list()).toEqual([]);
    await expect(done((callback) => host.open(callback))).rejects.toThrow("cannot open /dev/ttyBC28: it is unplugged");
    port.plugIn();
    await done((callback) => host.open(callback));
    const received = once(host, "data");
    port.write(Buffer.from("+CSQ"));
    expect(String((await received)[0])).toBe("+CSQ");
    host.write("AT\r");
    await until("the host's bytes", () => recorder.bytes.toString() === "AT\r");
    const closed = endOf(host);
    await port.close();
    await closed;
  });

  test("closing the module looks the same to the host", async () => {
    const { port, binding } = open();
    const host = await openSerialPort(binding, path);
    const ended = endOf(host.resume());
    await port.close();
    expect(await ended).toMatchObject({ disconnected: true });
    port.plugIn();
    await expect(done((callback) => host.open(callback))).rejects.toThrow("No such file or directory");
  });
});
