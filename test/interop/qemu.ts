import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Program, run } from "../net/ports/pty/pty-hosts.js";

const script = (name: string): string => fileURLToPath(new URL(`../hosts/qemu/${name}`, import.meta.url));

/** Host firmware for a PC without an operating system, built in a temporary folder. */
export class Firmware {
  readonly folder = mkdtempSync(join(tmpdir(), "bc28-emu-firmware-"));
  readonly #elf = join(this.folder, "firmware.elf");

  constructor() {
    const { status, stderr } = spawnSync("sh", [script("build.sh"), this.#elf], { encoding: "utf8" });
    if (status !== 0 || stderr !== "") throw new Error(stderr);
  }

  /** Boots it in QEMU, with its serial port on this character device. QEMU is ended at the end of the test. */
  boot(chardev: string): Program {
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
