import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DeviceOptions, openDevice } from "../../../../net/ports/device/device.js";
import { LoopBreaker } from "../../../../net/ports/device/loop-breaker.js";
import type { SerialPort } from "../../../../net/serial.js";
import { UserError } from "../../../../net/user-error.js";
import { needs } from "../../../interop/needs.js";
import { ordinary, ReadableCopy } from "../../ordinary-user.js";
import { PortRecorder, sleep, until } from "../../port-recorder.js";
import { run } from "../pty/pty-hosts.js";
import { testSerialPort } from "../serial-port-contract.js";
import { FarEnd } from "./far-end.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-device-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stty = (path: string, ...args: string[]): string =>
  spawnSync("stty", ["-F", path, ...args], { env: { ...process.env, LC_ALL: "C" } }).stdout.toString();
const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

async function withDevice(
  play: (port: SerialPort, recorder: PortRecorder, far: FarEnd) => Promise<void>,
  options: Partial<DeviceOptions> = {},
): Promise<void> {
  const far = new FarEnd();
  far.read();
  const recorder = new PortRecorder();
  const port = openDevice({ path: far.path, ...options }, recorder);
  try {
    await play(port, recorder, far);
  } finally {
    await port.close();
    await far.leave();
  }
}

describe("a device is a front end", () => {
  let far: FarEnd;
  testSerialPort({
    open: (events) => {
      far = new FarEnd();
      return openDevice({ path: far.path }, events);
    },
    attach: async (_, { reads }) => {
      if (reads) far.read();
      return far;
    },
    reattaches: false,
  });
});

describe("the settings of a device", () => {
  test("are raw mode at the module's speed while it is open, and then the former ones", async () => {
    const far = new FarEnd();
    stty(far.path, "sane", "19200");
    const before = stty(far.path, "-g");
    const port = openDevice({ path: far.path }, new PortRecorder());
    const settings = stty(far.path, "-a");
    for (const setting of ["speed 9600 baud", "-echo ", "-icanon", "-opost", "-ixon", "-crtscts", " clocal"])
      expect(settings).toContain(setting);
    await port.close();
    expect(stty(far.path, "-g")).toBe(before);
    await far.leave();
  });

  test("are restored although the output was not read", async () => {
    const far = new FarEnd();
    const before = stty(far.path, "-g");
    const port = openDevice({ path: far.path }, new PortRecorder());
    port.write(new Uint8Array(65_536));
    await port.close();
    expect(stty(far.path, "-g")).toBe(before);
    await far.leave();
  });

  test("the speed follows the module's; earlier output still leaves before, later output after it", () =>
    withDevice(async (port, _, far) => {
      port.write(Buffer.from("OK"));
      port.set({ speed: 57_600 });
      port.write(Buffer.from("one"));
      port.set({ speed: 115_200 });
      port.write(Buffer.from("two"));
      await until("all of it", () => far.received.toString() === "OKonetwo");
      expect(stty(far.path, "speed")).toBe("115200\n");
    }));

  test("a fixed speed stays", () =>
    withDevice(
      async (port, _, far) => {
        port.set({ speed: 57_600 });
        await sleep(20);
        expect(stty(far.path, "speed")).toBe("38400\n");
      },
      { speed: 38_400 },
    ));

  test("a speed that it cannot have is reported", () =>
    withDevice(async (port, recorder) => {
      port.set({ speed: 12_345 });
      await until("the report", () => recorder.count("speedRefused") === 1);
      expect(recorder.changes).toContainEqual({ kind: "speedRefused", speed: 12_345 });
    }));
});

describe("a device that is unplugged", () => {
  test("is opened again with its speed when it is back, and no descriptor is left open", async () => {
    const path = join(folder, "ttyUSB0");
    const plugIn = (): FarEnd => {
      const far = new FarEnd();
      far.read();
      symlinkSync(far.path, path);
      return far;
    };
    const descriptors = openDescriptors();
    const recorder = new PortRecorder();
    let far = plugIn();
    const port = openDevice({ path }, recorder);
    port.set({ speed: 57_600 });
    for (let round = 1; round <= 2; round += 1) {
      await until("it", () => recorder.count("attach") === round);
      await far.write(Buffer.from("AT\r"));
      await until("its bytes", () => recorder.bytes.length === 3 * round);
      port.write(Buffer.from("OK"));
      await until("OK", () => far.received.toString() === "OK");
      expect(stty(path, "speed")).toBe("57600\n");
      rmSync(path);
      await far.leave();
      await until("it to be gone", () => recorder.count("detach") === round);
      const { dropped } = recorder;
      port.write(Buffer.from("nobody there"));
      await until("the report of lost bytes", () => recorder.dropped === dropped + 12);
      far = plugIn();
    }
    await until("it to be back", () => recorder.count("attach") === 3);
    expect(recorder.changes.filter((change) => "why" in change)[0]).toEqual({
      kind: "detach",
      why: "gone; waiting until it is back",
    });
    rmSync(path);
    await far.leave();
    await until("it to be gone", () => recorder.count("detach") === 3);
    await port.close();
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors);
  });

  test("may be unplugged while the speed changes", () =>
    withDevice(async (port, recorder, far) => {
      port.set({ speed: 57_600 });
      port.write(Buffer.from("lost"));
      await far.leave();
      await until("it to be gone", () => recorder.count("detach") === 1);
      port.set({ speed: 9600 });
      await sleep(20);
      expect(recorder.count("speedRefused")).toBe(0);
    }));
});

describe("a far end that echoes", () => {
  test("does not feed the module's output back for ever", () =>
    withDevice(async (port, recorder, far) => {
      far.echoes = true;
      recorder.onReceived = () => port.write(Buffer.from("\r\nERROR\r\n"));
      port.write(Buffer.from("\r\nREBOOTING\r\n"));
      await until("the report", () => recorder.count("looped") === 1);
      const { length } = recorder.bytes;
      await sleep(50);
      expect(recorder.bytes.length).toBe(length);
      far.echoes = false;
      await far.write(Buffer.from("AT\r"));
      await until("input that is no echo", () => recorder.bytes.toString().endsWith("AT\r"));
    }));
});

describe("input of a host", () => {
  const pieces = fc.array(fc.constantFrom("AT", "AT+CSQ", "OK", "\r\n", "^C", "+CSQ:25,99", "ERROR"), {
    maxLength: 300,
  });

  test("is handed on, even where it repeats the output, as long as something else comes in between", () => {
    const loops: string[] = [];
    fc.assert(
      fc.property(pieces, pieces, (module, host) => {
        const breaker = new LoopBreaker(() => loops.push("loop"));
        for (let turn = 0; turn < Math.max(module.length, host.length); turn += 1) {
          breaker.wrote(Buffer.from(module[turn] ?? ""));
          expect(breaker.accepts(Buffer.from(host[turn] ?? ""))).toBe(true);
          expect(breaker.accepts(Buffer.from("hello"))).toBe(true);
        }
      }),
    );
    expect(loops).toEqual([]);
  });
});

describe("something else than a device", () => {
  const refused = (path: string): UserError => {
    try {
      openDevice({ path }, new PortRecorder());
    } catch (error) {
      if (error instanceof UserError) return error;
    }
    throw new Error(`${path} was not refused by a UserError`);
  };

  test("is refused with one line that names it", () => {
    writeFileSync(join(folder, "file"), "");
    const cases = [
      [join(folder, "missing"), 1, /no such device/],
      [join(folder, "file"), 2, /not a serial port/],
      [folder, 2, /not a serial port/],
      ["/dev/null", 2, /not a serial port/],
    ] as const;
    const before = openDescriptors();
    for (const [path, code, why] of cases) {
      const { message, code: given } = refused(path);
      expect([given, message]).toEqual([code, expect.stringMatching(why)]);
      expect(message).toMatch(/^[^\n]+$/);
      expect(message).toContain(path);
    }
    expect(openDescriptors()).toBe(before);
  });

  // Prints its changes, or its error.
  const attaching = `
import { openDevice } from "./net/ports/device/device.js";
try {
  openDevice({ path: process.argv[2] }, { onBytes() {}, onChange: ({ kind }) => process.stdout.write(kind) });
} catch (error) {
  process.stderr.write(error.code + " " + error.message);
}`;
  const exclusive = `
import fcntl, os, sys, termios
fcntl.ioctl(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY), termios.TIOCEXCL)
print("mine", flush=True)
os.read(0, 1)`;

  test.skipIf(!needs("python3"))(
    "so is one that an ordinary user may not use, or that another program has",
    async () => {
      const copy = new ReadableCopy(attaching, { binding: "good" });
      const far = new FarEnd();
      const errorOf = async (): Promise<string> => {
        const program = run(process.execPath, [copy.program, far.path], ordinary);
        await program.ended;
        return program.stderr;
      };
      try {
        chmodSync(far.path, 0o600);
        if (process.getuid?.() === 0) expect(await errorOf()).toMatch(/^1 .*dialout/);
        chmodSync(far.path, 0o666);
        const another = spawn("/usr/bin/python3", ["-c", exclusive, far.path]);
        await new Promise((resolve) => another.stdout.once("data", resolve));
        expect(await errorOf()).toContain(`1 ${far.path}: another program has it for itself`);
        another.stdin.end();
        await new Promise((resolve) => another.once("close", resolve));
      } finally {
        await far.leave();
        copy.remove();
      }
    },
  );
});
