import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { InstalledCopy } from "../interop/installed-copy.js";
import { sleep, until } from "../net/witness.js";

/** Whom a program runs as. */
export type User = { readonly uid?: number; readonly gid?: number };

/** The command, running. */
export class EmulatorProcess {
  /** The name under which hosts find it. */
  readonly link: string;
  readonly #child: ChildProcess;
  #said = "";
  #complained = "";

  private constructor(copy: InstalledCopy, link: string, user: User) {
    this.link = link;
    this.#child = spawn(process.execPath, [copy.command, "--json", "--broker", "0", "--link", this.link], {
      ...user,
      cwd: copy.open,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (bytes) => {
      this.#said += bytes;
    });
    this.#child.stderr?.on("data", (bytes) => {
      this.#complained += bytes;
    });
  }

  static async start(copy: InstalledCopy, link: string, user: User): Promise<EmulatorProcess> {
    const emulator = new EmulatorProcess(copy, link, user);
    await until("the emulator to be ready", () => emulator.#said.includes("\n") || !emulator.isAlive, 15_000);
    if (!emulator.isAlive) throw new Error(`the emulator has ended: ${emulator.#complained}`);
    return emulator;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What stands on stderr. */
  get complained(): string {
    return this.#complained;
  }

  get brokerPort(): number {
    return Number(JSON.parse(this.#said).broker.split(":")[1]);
  }

  /** Resident memory in MB. */
  get memory(): number {
    return (Number(this.#proc("statm").split(" ")[1]) * 4096) / 1024 / 1024;
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Settles when it has come to rest: so little work that the looks at the line are all there is. */
  async isIdle(): Promise<void> {
    for (let rounds = 0; rounds < 40; rounds += 1) {
      const before = this.#ticks;
      await sleep(200);
      if (this.#ticks - before <= 1) return;
    }
    throw new Error("the emulator does not come to rest");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.isAlive) this.#child.kill("SIGTERM");
    else return;
    await ended;
  }

  /** Time on a processor, in hundredths of a second. */
  get #ticks(): number {
    const fields = this.#proc("stat").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  }

  #proc(name: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${name}`, "latin1");
  }
}
