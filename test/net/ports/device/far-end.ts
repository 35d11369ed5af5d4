import { closeSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { closeOnExec, forgetDescriptor } from "../../../../net/close-on-exec.js";
import { openpty } from "../../../../net/ports/pty/pty-native.js";
import { sleep } from "../../witness.js";
import type { Host } from "../front-ends.js";

/** A serial port, and the far end of its wire in the hands of a test: a pseudo-terminal of which the module takes the other side. */
export class FarEnd implements Host {
  /** What a module takes as its device. */
  readonly path: string;
  /** Sends back whatever comes, as a terminal in cooked mode does. */
  echoes = false;
  readonly #master: number;
  readonly #slave: number;
  readonly #heard: Buffer[] = [];
  #input: ReadStream | undefined;
  #left = false;

  constructor() {
    const { master, slave, path } = openpty();
    this.path = path;
    this.#master = master;
    this.#slave = slave;
    closeOnExec(master);
    closeOnExec(slave);
  }

  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  /** From here on what comes is read. */
  read(): void {
    this.#input = new ReadStream(this.#master);
    this.#input
      .on("error", () => {})
      .on("data", (bytes) => {
        this.#heard.push(bytes);
        if (this.echoes) writeSync(this.#master, bytes);
      });
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#master, bytes, at, Math.min(2048, bytes.length - at));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
      await sleep(0);
    }
  }

  /** The adapter is pulled: whoever has the port open sees a hang-up. */
  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    forgetDescriptor(this.#master);
    forgetDescriptor(this.#slave);
    closeSync(this.#slave);
    if (this.#input === undefined) closeSync(this.#master);
    else this.#input.destroy();
  }
}
