import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withoutInherited } from "../../../../net/close-on-exec.js";
import { openPty, type PtyOptions } from "../../../../net/ports/pty/pty.js";
import { Symlink } from "../../../../net/ports/pty/symlink.js";
import type { SerialPort } from "../../../../net/serial.js";
import { UserError } from "../../../../net/user-error.js";
import { needs } from "../../../interop/needs.js";
import { ordinary, ReadableCopy } from "../../ordinary-user.js";
import { PortRecorder, sleep, until } from "../../port-recorder.js";
import { testSerialPort } from "../serial-port-contract.js";
import { attach, type Program, python, run } from "./pty-hosts.js";

async function withPty(play: (port: SerialPort, recorder: PortRecorder) => Promise<void>, options: PtyOptions = {}) {
  const recorder = new PortRecorder();
  const port = openPty(options, recorder);
  try {
    await play(port, recorder);
  } finally {
    await port.close();
  }
}

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;
const stty = (path: string, ...args: string[]): string =>
  spawnSync("stty", ["-F", path, ...args], { env: { ...process.env, LC_ALL: "C" } }).stdout.toString();

describe("a pseudo-terminal is a front end", () => {
  testSerialPort({
    open: (events) => openPty({}, events),
    attach: (port, how) => attach(port.path, how),
    reattaches: true,
  });
});

describe("hosts on a pseudo-terminal", () => {
  const pyserial = `
import serial, sys
port = serial.Serial(sys.argv[1], 115200, timeout=5, exclusive=sys.argv[2] == "True")
port.write(bytes(range(256)))
print(port.read(256) == bytes(range(256)))
port.close()`;

  test.skipIf(!needs("python3-serial")).each(["True", "False"])("pyserial, exclusive=%s", (exclusive) =>
    withPty(async (port, recorder) => {
      recorder.onReceived = (bytes) => port.write(bytes);
      expect(await python(pyserial, [port.path, exclusive])).toBe("True\n");
      await until("it to be gone", () => recorder.count("detach") === 1);
      expect(recorder.changes.map(({ kind }) => kind).filter((kind) => kind !== "speed")).toEqual(["attach", "detach"]);
    }),
  );

  test("their baud rate is reported", () =>
    withPty(async (port, recorder) => {
      stty(port.path, "57600");
      const host = await attach(port.path);
      await until("the speed", () => recorder.count("speed") === 1);
      expect(recorder.changes).toContainEqual({ kind: "speed", speed: 57600 });
      await host.leave();
    }));

  test("with followSpeed every change of it is reported before the input at it", () =>
    withPty(
      async (port, recorder) => {
        const host = await attach(port.path);
        for (const [round, speed] of [57_600, 9600, 115_200, 2400].entries()) {
          stty(port.path, String(speed));
          await host.write(Buffer.from("AT\r"));
          await until("its bytes", () => recorder.bytes.length === 3 * (round + 1));
          expect(recorder.changes.at(-1)).toEqual({ kind: "speed", speed });
          port.write(Buffer.from("OK"));
        }
        stty(port.path, "38400");
        await until("it, though nothing is sent", () => recorder.count("speed") === 5);
        stty(port.path, "4800");
        await host.write(Buffer.from("AT\r"));
        await host.leave();
        await until("its last bytes", () => recorder.bytes.length === 15);
        expect(recorder.changes).toContainEqual({ kind: "speed", speed: 4800 });
      },
      { followSpeed: true },
    ));

  test("`cat` can read although the last host has left VMIN 0 behind", () =>
    withPty(async (port, recorder) => {
      const first = await attach(port.path);
      stty(port.path, "min", "0", "time", "0");
      await until("the first", () => recorder.count("attach") === 1);
      await first.leave();
      await until("it to be gone", () => recorder.count("detach") === 1);
      await until("the line to be raw again", () => stty(port.path, "-a").includes("min = 1"));
      const cat = run("cat", [port.path]);
      await until("cat", () => recorder.count("attach") === 2);
      port.write(Buffer.from("+CFUN: 1\r\n"));
      await until("cat to print", () => cat.stdout.length > 0);
      cat.child.kill();
      await cat.ended;
      expect(cat.stdout).toBe("+CFUN: 1\r\n");
    }));

  test("one that attaches to an echoing line does not send our output back", () =>
    withPty(async (port, recorder) => {
      stty(port.path, "sane");
      recorder.onReceived = () => port.write(Buffer.from("\r\nERROR\r\n"));
      const host = await attach(port.path);
      await until("it", () => recorder.count("attach") === 1);
      port.write(Buffer.from("\r\nREBOOTING\r\n"));
      await until("the line to be raw", () => stty(port.path, "-a").includes("-echo "));
      await sleep(50);
      expect(recorder.bytes.toString()).toBe("");
      await host.write(Buffer.from("AT\r"));
      await until("its bytes", () => recorder.bytes.length > 0);
      expect(recorder.bytes.toString()).toBe("AT\r");
      await host.leave();
    }));

  test("one that turns echo on later does not send our output back", () =>
    withPty(async (port, recorder) => {
      recorder.onReceived = () => port.write(Buffer.from("\r\nOK\r\n"));
      const host = await attach(port.path);
      await until("the speed", () => recorder.count("speed") === 1);
      for (let round = 1; round <= 3; round += 1) {
        stty(port.path, "sane");
        await host.write(Buffer.from("AT\n"));
        await until("the line to be raw", () => stty(port.path, "-a").includes("-echo "));
        await sleep(50);
        expect(recorder.bytes.toString().replaceAll("\r", "")).toBe("AT\n".repeat(round)); // `sane` has ONLCR on
      }
      await host.leave();
    }));

  test("one that repeats the output is read all the same", () =>
    withPty(async (port, recorder) => {
      recorder.onReceived = (bytes) => port.write(bytes);
      const host = await attach(port.path);
      for (let round = 1; round <= 100; round += 1) {
        await host.write(Buffer.from("AT+CSQ\r"));
        await until("its echo", () => host.received.length === 7 * round);
      }
      expect(recorder.bytes.toString()).toBe("AT+CSQ\r".repeat(100));
      await host.leave();
    }));

  test("output that one has not read is not sent to the next, and is reported as lost", () =>
    withPty(async (port, recorder) => {
      const first = await attach(port.path, { reads: false });
      await first.write(Buffer.from("A"));
      await until("it", () => recorder.bytes.length === 1);
      port.write(Buffer.from("stale"));
      await sleep(20);
      await first.leave();
      await until("it to be gone", () => recorder.count("detach") === 1);
      port.write(Buffer.from("nobody there"));
      const second = await attach(port.path);
      await second.write(Buffer.from("B"));
      await until("the second", () => recorder.bytes.length === 2);
      port.write(Buffer.from("fresh"));
      await until("the second to receive it", () => second.received.length >= 5);
      expect(second.received.toString()).toBe("fresh");
      expect(recorder.dropped).toBe("stale".length + "nobody there".length);
      await second.leave();
    }));

  test("output that the kernel has no room for waits for one that reads", () =>
    withPty(async (port, recorder) => {
      const host = await attach(port.path);
      await host.write(Buffer.from("A"));
      await until("it", () => recorder.bytes.length === 1);
      const burst = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));
      port.write(burst.subarray(0, 150_000));
      port.write(burst.subarray(150_000));
      await until("all of it", () => host.received.length >= burst.length);
      expect(host.received.equals(burst)).toBe(true);
      expect(recorder.dropped).toBe(0);
      await host.leave();
    }));

  test("output for one that does not read is bounded, and dropped when it leaves", () =>
    withPty(async (port, recorder) => {
      const host = await attach(port.path, { reads: false });
      await host.write(Buffer.from("A"));
      await until("it", () => recorder.bytes.length === 1);
      const lines = Array.from({ length: 50_000 }, (_, at) => `${at}\n`.padStart(20));
      for (const line of lines) port.write(Buffer.from(line));
      await until("the loss", () => recorder.dropped > 0);
      const kept = lines.join("").length - recorder.dropped;
      expect(kept).toBeGreaterThan(256 * 1024);
      expect(kept).toBeLessThan(512 * 1024);
      await host.leave();
      await until("the rest to be dropped", () => recorder.dropped === lines.join("").length);
    }));

  test("one that writes and leaves at once is read", () =>
    withPty(async (port, recorder) => {
      for (let round = 1; round <= 20; round += 1) {
        writeFileSync(port.path, "AT\r");
        await until("its bytes", () => recorder.bytes.length === 3 * round);
      }
      await until("it to be gone", () => recorder.count("detach") === recorder.count("attach"));
    }));

  test("200 come and go without a lost byte or a descriptor left open", () =>
    withPty(async (port, recorder) => {
      recorder.onReceived = (bytes) => port.write(bytes);
      const before = openDescriptors();
      for (let round = 1; round <= 200; round += 1) {
        const host = await attach(port.path);
        const line = Buffer.from(`round ${round}\n`);
        await host.write(line);
        await until("the echo", () => host.received.includes(line));
        await host.leave();
      }
      const expected = Array.from({ length: 200 }, (_, n) => `round ${n + 1}\n`).join("");
      expect(recorder.bytes.toString()).toBe(expected);
      await until("the last to be gone", () => recorder.count("detach") === recorder.count("attach"));
      await until("stty to be gone", () => openDescriptors() <= before);
    }));

  test("one sees a hang-up when the port closes", () =>
    withPty(async (port) => {
      const cat = run("cat", [port.path]);
      await sleep(100);
      await port.close();
      await cat.ended;
      expect(existsSync(port.path)).toBe(false);
    }));
});

describe("several pseudo-terminals in one process", () => {
  test("are independent, and children inherit none of them", () =>
    withPty((one, oneHeard) =>
      withPty(async (two, twoHeard) => {
        const hosts = [await attach(one.path), await attach(two.path)];
        for (const [index, host] of hosts.entries()) await host.write(Buffer.from(String(index)));
        await until("both", () => oneHeard.bytes.length + twoHeard.bytes.length === 2);
        expect([oneHeard.bytes.toString(), twoHeard.bytes.toString()]).toEqual(["0", "1"]);
        const list = withoutInherited(["ignore", "pipe", "ignore"], (stdio) =>
          spawnSync("ls", ["-l", "/proc/self/fd"], { stdio }),
        );
        expect(String(list.stdout)).not.toMatch(/ptmx|\/dev\/pts/);
        for (const host of hosts) await host.leave();
      }),
    ));
});

describe("the link", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bc28-emu-link-"));
    link = join(folder, "port");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const refused = (path: string): string => {
    try {
      openPty({ link: path }, new PortRecorder());
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toContain(path);
      expect((error as UserError).message).not.toContain("\n");
      return (error as UserError).message;
    }
    throw new Error(`${path} was not refused`);
  };

  test("points at the terminal, and is removed at the end", async () => {
    await withPty(async (port) => expect(readlinkSync(link)).toBe(port.path), { link });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(["/dev/pts/999999", "/nowhere/at/all"])("replaces a stale one (to %s)", async (target) => {
    symlinkSync(target, link);
    await withPty(async (port) => expect(readlinkSync(link)).toBe(port.path), { link });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is refused where something else is, which stays as it is", () => {
    writeFileSync(link, "mine");
    expect(refused(link)).toMatch(/exists and is not a symlink/);
    rmSync(link);
    symlinkSync("/dev/null", link);
    expect(refused(link)).toMatch(/points at \/dev\/null, which is not a pseudo-terminal/);
    expect(readlinkSync(link)).toBe("/dev/null");
    rmSync(link);
    expect(refused(folder)).toMatch(/exists and is not a symlink/);
    expect(refused(join(folder, "missing", "port"))).toMatch(/there is no directory/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of a running emulator is refused", () =>
    withPty(
      async (port) => {
        expect(refused(link)).toContain(`points at ${port.path}, which some program is using`);
        expect(readlinkSync(link)).toBe(port.path);
      },
      { link },
    ));

  test("follows the terminal to another path, unless it was replaced", () => {
    const name = new Symlink(link);
    name.point("/dev/pts/999998");
    name.follow("/dev/pts/999999");
    expect(readlinkSync(link)).toBe("/dev/pts/999999");
    rmSync(link);
    symlinkSync("/dev/null", link);
    name.follow("/dev/pts/999998");
    name.remove();
    expect(readlinkSync(link)).toBe("/dev/null");
    rmSync(link);
  });

  test("that was replaced is not removed", async () => {
    await withPty(
      async () => {
        rmSync(link);
        symlinkSync("/dev/null", link);
      },
      { link },
    );
    expect(readlinkSync(link)).toBe("/dev/null");
    rmSync(link);
  });
});

describe("as an ordinary user", () => {
  // Sends its input back, and prints its changes.
  const echoing = `
import { openPty } from "./net/ports/pty/pty.js";
try {
  const print = (what) => process.stdout.write(JSON.stringify(what) + "\\n");
  const port = openPty({ link: process.argv[2] }, { onBytes: (bytes) => port.write(bytes), onChange: print });
  print({ path: port.path });
  process.on("SIGTERM", () => port.close());
} catch (error) {
  process.stderr.write(error.name + ": " + error.message);
  process.exitCode = 1;
}`;

  async function withEmulator(binding: "good" | "broken", play: (emulator: Program, link: string) => Promise<void>) {
    const copy = new ReadableCopy(echoing, { binding });
    const emulator = run(process.execPath, [copy.program, copy.link], ordinary);
    try {
      await play(emulator, copy.link);
    } finally {
      emulator.child.kill("SIGKILL");
      copy.remove();
    }
  }

  // Rust's, Qt's and Go's serial libraries ask for the terminal exclusively; the flag outlives them.
  const exclusive = `
import errno, fcntl, os, sys, termios, time, tty
for round in range(int(sys.argv[2])):
    deadline = time.time() + 5
    while True:
        try:
            host = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
            break
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.ENOENT, errno.EIO) or time.time() > deadline: raise
            time.sleep(0.001)
    fcntl.ioctl(host, termios.TIOCEXCL)
    tty.setraw(host)
    word = b"round %d;" % round
    heard = b""
    os.write(host, word)
    while len(heard) < len(word): heard += os.read(host, 100)
    if heard != word: sys.exit("%r instead of %r" % (heard, word))
    try:
        os.close(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY))
        if os.getuid() != 0: sys.exit("a second host was let in")
    except OSError: pass
    os.close(host)
print(os.readlink(sys.argv[1]))`;

  test.skipIf(!needs("python3"))("exclusive hosts come and go, and the path stays", () =>
    withEmulator("good", async (emulator, link) => {
      await until("the emulator", () => emulator.stdout.includes('"path"'));
      const path = JSON.parse(emulator.stdout.split("\n")[0] ?? "").path;
      expect(await python(exclusive, [link, "50"], ordinary)).toBe(`${path}\n`);
      await until("the last to be gone", () => emulator.stdout.trim().endsWith('{"kind":"detach"}'));
      emulator.child.kill();
      expect(await emulator.ended).toBe(0);
      expect(emulator.stderr).toBe("");
      expect(existsSync(link)).toBe(false);
    }),
  );

  test.skipIf(!needs("python3"))("an exclusive host that sends nothing does not shut out the next", () =>
    withEmulator("good", async (emulator, link) => {
      await until("the emulator", () => emulator.stdout.includes('"path"'));
      const silent = exclusive.replace("os.write(host, word)", "heard = word");
      await python(silent, [link, "4"], ordinary);
      await python(exclusive, [link, "1"], ordinary);
    }),
  );

  test("a missing binding gives one line that names an alternative", () =>
    withEmulator("broken", async (emulator) => {
      expect(await emulator.ended).toBe(1);
      expect(emulator.stderr).toMatch(/^UserError: .*node-pty.*--stdio.*$/);
    }));
});
