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
import { ordinary, ReadableCopy } from "../../readable-copy.js";
import { sleep, until, Witness } from "../../witness.js";
import { owesWhatSerialPortsOwe } from "../front-ends.js";
import { run } from "../pty/pty-hosts.js";
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
  play: (port: SerialPort, heard: Witness, far: FarEnd) => Promise<void>,
  options: Partial<DeviceOptions> = {},
): Promise<void> {
  const far = new FarEnd();
  far.read();
  const heard = new Witness();
  const port = openDevice({ path: far.path, ...options }, heard);
  try {
    await play(port, heard, far);
  } finally {
    await port.close();
    await far.leave();
  }
}

describe("a device is a front end", () => {
  let far: FarEnd;
  owesWhatSerialPortsOwe({
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
  test("are a raw line at the module's speed while it is open, and afterwards what they were", async () => {
    const far = new FarEnd();
    stty(far.path, "sane", "19200");
    const before = stty(far.path, "-g");
    const port = openDevice({ path: far.path }, new Witness());
    const words = stty(far.path, "-a");
    for (const word of ["speed 9600 baud", "-echo ", "-icanon", "-opost", "-ixon", "-crtscts", " clocal"])
      expect(words).toContain(word);
    await port.close();
    expect(stty(far.path, "-g")).toBe(before);
    await far.leave();
  });

  test("are given back although nobody takes what was written", async () => {
    const far = new FarEnd();
    const before = stty(far.path, "-g");
    const port = openDevice({ path: far.path }, new Witness());
    port.write(new Uint8Array(65_536));
    await port.close();
    expect(stty(far.path, "-g")).toBe(before);
    await far.leave();
  });

  test("the speed follows the module's; what is written before still goes, and what comes behind waits", () =>
    withDevice(async (port, _, far) => {
      port.write(Buffer.from("OK"));
      port.set({ speed: 57_600 });
      port.write(Buffer.from("one"));
      port.set({ speed: 115_200 });
      port.write(Buffer.from("two"));
      await until("all of it", () => far.heard.toString() === "OKonetwo");
      expect(stty(far.path, "speed")).toBe("115200\n");
    }));

  test("a speed of its own stays", () =>
    withDevice(
      async (port, _, far) => {
        port.set({ speed: 57_600 });
        await sleep(20);
        expect(stty(far.path, "speed")).toBe("38400\n");
      },
      { speed: 38_400 },
    ));

  test("a speed that it cannot have is told", () =>
    withDevice(async (port, heard) => {
      port.set({ speed: 12_345 });
      await until("word of it", () => heard.count("speedRefused") === 1);
      expect(heard.changes).toContainEqual({ kind: "speedRefused", speed: 12_345 });
    }));
});

describe("a device that is unplugged", () => {
  test("is waited for, with the speed that it had, and leaves nothing behind", async () => {
    const path = join(folder, "ttyUSB0");
    const plugIn = (): FarEnd => {
      const far = new FarEnd();
      far.read();
      symlinkSync(far.path, path);
      return far;
    };
    const descriptors = openDescriptors();
    const heard = new Witness();
    let far = plugIn();
    const port = openDevice({ path }, heard);
    port.set({ speed: 57_600 });
    for (let round = 1; round <= 2; round += 1) {
      await until("it", () => heard.count("attach") === round);
      await far.write(Buffer.from("AT\r"));
      await until("its bytes", () => heard.bytes.length === 3 * round);
      port.write(Buffer.from("OK"));
      await until("OK", () => far.heard.toString() === "OK");
      expect(stty(path, "speed")).toBe("57600\n");
      rmSync(path);
      await far.leave();
      await until("it to be gone", () => heard.count("detach") === round);
      const { dropped } = heard;
      port.write(Buffer.from("nobody there"));
      await until("word of what was lost", () => heard.dropped === dropped + 12);
      far = plugIn();
    }
    await until("it to be back", () => heard.count("attach") === 3);
    expect(heard.changes.filter((change) => "why" in change)[0]).toEqual({
      kind: "detach",
      why: "gone; waiting until it is back",
    });
    rmSync(path);
    await far.leave();
    await until("it to be gone", () => heard.count("detach") === 3);
    await port.close();
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors);
  });

  test("may be unplugged while the speed changes", () =>
    withDevice(async (port, heard, far) => {
      port.set({ speed: 57_600 });
      port.write(Buffer.from("lost"));
      await far.leave();
      await until("it to be gone", () => heard.count("detach") === 1);
      port.set({ speed: 9600 });
      await sleep(20);
      expect(heard.count("speedRefused")).toBe(0);
    }));
});

describe("a far end that echoes", () => {
  test("does not feed the module's output back for ever", () =>
    withDevice(async (port, heard, far) => {
      far.echoes = true;
      heard.answer = () => port.write(Buffer.from("\r\nERROR\r\n"));
      port.write(Buffer.from("\r\nREBOOTING\r\n"));
      await until("the end of it", () => heard.count("looped") === 1);
      const { length } = heard.bytes;
      await sleep(50);
      expect(heard.bytes.length).toBe(length);
      far.echoes = false;
      await far.write(Buffer.from("AT\r"));
      await until("somebody's own words", () => heard.bytes.toString().endsWith("AT\r"));
    }));
});

describe("what a host says", () => {
  const words = fc.array(fc.constantFrom("AT", "AT+CSQ", "OK", "\r\n", "^C", "+CSQ:25,99", "ERROR"), {
    maxLength: 300,
  });

  test("is passed on, even where it is what it was told, if it also says something else", () => {
    const told: string[] = [];
    fc.assert(
      fc.property(words, words, (module, host) => {
        const breaker = new LoopBreaker(() => told.push("loop"));
        for (let turn = 0; turn < Math.max(module.length, host.length); turn += 1) {
          breaker.wrote(Buffer.from(module[turn] ?? ""));
          expect(breaker.accepts(Buffer.from(host[turn] ?? ""))).toBe(true);
          expect(breaker.accepts(Buffer.from("hello"))).toBe(true);
        }
      }),
    );
    expect(told).toEqual([]);
  });
});

describe("what is no device", () => {
  const refused = (path: string): UserError => {
    try {
      openDevice({ path }, new Witness());
    } catch (error) {
      if (error instanceof UserError) return error;
    }
    throw new Error(`${path} was not refused by a UserError`);
  };

  test("is refused in one line that names it", () => {
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

  // Prints what it is told, or what is wrong.
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
    "nor is one that an ordinary user may not use, or that another program has",
    async () => {
      const copy = new ReadableCopy(attaching, { binding: "good" });
      const far = new FarEnd();
      const complaint = async (): Promise<string> => {
        const program = run(process.execPath, [copy.program, far.path], ordinary);
        await program.ended;
        return program.complained;
      };
      try {
        chmodSync(far.path, 0o600);
        if (process.getuid?.() === 0) expect(await complaint()).toMatch(/^1 .*dialout/);
        chmodSync(far.path, 0o666);
        const another = spawn("/usr/bin/python3", ["-c", exclusive, far.path]);
        await new Promise((resolve) => another.stdout.once("data", resolve));
        expect(await complaint()).toContain(`1 ${far.path}: another program has it for itself`);
        another.stdin.end();
        await new Promise((resolve) => another.once("close", resolve));
      } finally {
        await far.leave();
        copy.remove();
      }
    },
  );
});
