import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { InstalledCopy } from "../interop/installed-copy.js";
import { sleep, until } from "../net/port-recorder.js";

/** The user that a program runs as; left out: the current one. */
export type User = { readonly uid?: number; readonly gid?: number };

/** A running emulator. */
export class EmulatorProcess {
  /** The path of its link. */
  readonly link: string;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  private constructor(copy: InstalledCopy, link: string, user: User) {
    this.link = link;
    this.#child = spawn(process.execPath, [copy.command, "--json", "--broker", "0", "--link", this.link], {
      ...user,
      cwd: copy.open,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (bytes) => {
      this.#stdout += bytes;
    });
    this.#child.stderr?.on("data", (bytes) => {
      this.#stderr += bytes;
    });
  }

  static async start(copy: InstalledCopy, link: string, user: User): Promise<EmulatorProcess> {
    const emulator = new EmulatorProcess(copy, link, user);
    await until("the emulator to be ready", () => emulator.#stdout.includes("\n") || !emulator.isAlive, 15_000);
    if (!emulator.isAlive) throw new Error(`the emulator has ended: ${emulator.#stderr}`);
    return emulator;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its output on stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  get brokerPort(): number {
    return Number(JSON.parse(this.#stdout).broker.split(":")[1]);
  }

  /** Resident memory in MB. */
  get memoryMb(): number {
    return (Number(this.#proc("statm").split(" ")[1]) * 4096) / 1024 / 1024;
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Resolves when it is idle: it uses no more processor time than it needs to look for hosts. */
  async untilIdle(): Promise<void> {
    for (let rounds = 0; rounds < 40; rounds += 1) {
      const before = this.#ticks;
      await sleep(200);
      if (this.#ticks - before <= 1) return;
    }
    throw new Error("the emulator does not become idle");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.isAlive) this.#child.kill("SIGTERM");
    else return;
    await ended;
  }

  /** Processor time, in hundredths of a second. */
  get #ticks(): number {
    const fields = this.#proc("stat").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  }

  #proc(name: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${name}`, "latin1");
  }
}
