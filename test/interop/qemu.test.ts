import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Program } from "../bin/program.js";
import { until } from "../net/port-recorder.js";
import { attach, type Program as Foreign, run } from "../net/ports/pty/pty-hosts.js";
import { needs } from "./needs.js";

const script = (name: string): string => fileURLToPath(new URL(`../hosts/qemu/${name}`, import.meta.url));

/** Host firmware for a PC without an operating system, built in a temporary folder. */
class Firmware {
  readonly folder = mkdtempSync(join(tmpdir(), "bc28-emu-firmware-"));
  readonly #elf = join(this.folder, "firmware.elf");

  constructor() {
    const { status, stderr } = spawnSync("sh", [script("build.sh"), this.#elf], { encoding: "utf8" });
    if (status !== 0 || stderr !== "") throw new Error(stderr);
  }

  /** Boots it in QEMU, with its serial port on this character device. QEMU is ended at the end of the test. */
  boot(chardev: string): Foreign {
    const qemu = run("sh", [script("boot.sh"), this.#elf, chardev]);
    onTestFinished(async () => {
      qemu.child.kill("SIGKILL");
      await qemu.ended;
    });
    return qemu;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

let firmware: Firmware;

/** Starts the command with its broker; resolves with its ready line. */
function emulator(...args: readonly string[]): Promise<{ readonly pty?: string; readonly tcp?: string }> {
  const program = new Program(["--json", "--broker", "0", ...args]);
  onTestFinished(async () => {
    await program.end("SIGKILL");
  });
  return program.ready();
}

/** How the firmware's serial port is connected to the module. */
const ways: readonly (readonly [way: string, boot: () => Promise<Foreign>])[] = [
  ["the module's pseudo-terminal", async () => firmware.boot(`serial,path=${(await emulator()).pty}`)],
  ["QEMU's pseudo-terminal", async () => attachedTo(firmware.boot("pty"))],
  [
    "TCP",
    async () => {
      const { tcp = "" } = await emulator("--tcp", "0");
      return firmware.boot(`socket,host=127.0.0.1,nodelay=on,port=${tcp.split(":")[1]}`);
    },
  ],
  [
    "a Unix socket",
    async () => {
      const path = join(firmware.folder, "bc28.sock");
      await emulator("--unix", path);
      return firmware.boot(`socket,path=${path}`);
    },
  ],
];

/** Starts the module on the terminal that QEMU has made. */
async function attachedTo(qemu: Foreign): Promise<Foreign> {
  const made = /redirected to (\/dev\/pts\/\d+)/;
  await until("the terminal's path", () => made.test(qemu.stdout));
  await emulator("--device", made.exec(qemu.stdout)?.[1] ?? "");
  return qemu;
}

// The firmware is for a PC: on other machines gcc makes other code.
describe.skipIf(process.arch !== "x64" || !needs("gcc") || !needs("qemu-system-x86"))("firmware in QEMU", () => {
  beforeAll(() => {
    firmware = new Firmware();
  });
  afterAll(() => firmware?.remove());

  test.each(ways)("over %s: it publishes to itself", async (_, boot) => {
    const qemu = await boot();
    const code = await qemu.ended;
    expect({ code, said: qemu.stdout, complained: qemu.stderr }).toEqual({
      code: 33,
      said: expect.stringMatching(/\n< \+QMTRECV: 0,\d+,"bare\/metal",no system here\n.*\nsuccess\n$/s),
      complained: "",
    });
  });

  test.each([1, 2])("with realistic timing and seed %i, thirty times as fast", async (seed) => {
    const { pty } = await emulator("--timing", "realistic", "--seed", `${seed}`, "--time-scale", "30");
    const qemu = firmware.boot(`serial,path=${pty}`);
    expect(await qemu.ended).toBe(33);
    expect(qemu.stdout).toMatch(/\nsuccess\n$/);
  });

  test("it stops where the module refuses: the link is open already", async () => {
    const { pty = "" } = await emulator();
    const other = await attach(pty);
    onTestFinished(() => other.leave());
    await other.write(Buffer.from('AT+QMTOPEN=0,"broker.example",1883\r'));
    await until("the link", () => other.received.includes("+QMTOPEN: 0,0"));
    await other.leave();
    const qemu = firmware.boot(`serial,path=${pty}`);
    expect(await qemu.ended).toBe(35);
    expect(qemu.stdout).toMatch(/\n< \+QMTOPEN: 0,2\nunexpected answer\n$/);
  });
});
