import { closeSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { closeOnExec, forgetDescriptor } from "../../../../net/close-on-exec.js";
import { openpty } from "../../../../net/ports/pty/pty-native.js";
import { sleep } from "../../port-recorder.js";
import type { Host } from "../serial-port-contract.js";

/** The far end of a serial port, for a test: a pseudo-terminal whose other end is the module's device. */
export class FarEnd implements Host {
  /** The path of the device. */
  readonly path: string;
  /** Sends its input back, as a terminal in cooked mode does. */
  echoes = false;
  readonly #master: number;
  readonly #slave: number;
  readonly #received: Buffer[] = [];
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

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Reads its input from now on. */
  read(): void {
    this.#input = new ReadStream(this.#master);
    this.#input
      .on("error", () => {})
      .on("data", (bytes) => {
        this.#received.push(bytes);
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

  /** Unplugs the adapter: the module sees a hang-up. */
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
