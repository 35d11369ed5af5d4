import { constants, fstatSync, openSync } from "node:fs";
import { Socket } from "node:net";

/** What a reader of the log may owe us, in bytes. */
const patience = 256 * 1024;
/** How long the last lines may take, in milliseconds. */
const farewell = 100;

/** The log on stderr. A reader who stands still loses lines; he must not stop the module, as `process.stderr` would. */
export class LogLines {
  readonly #output = openOutput();
  #lost = 0;

  constructor() {
    this.#output.on("error", () => {}); // the reader is gone
  }

  write(line: string): void {
    if (this.#output.writableLength > patience) {
      this.#lost += 1;
      return;
    }
    const lost = this.#lost > 0 ? `bc28-emu: ${this.#lost} lines of the log were lost: nobody read them\n` : "";
    this.#lost = 0;
    this.#output.write(`${lost}${line}\n`);
  }

  /** Settles when everything is written, or soon after. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, farewell);
      this.#output.write("", () => resolve());
    });
  }
}

/** A pipe is opened once more, for a description of our own: our neighbours on it do not expect a non-blocking one. */
function openOutput(): NodeJS.WritableStream & { readonly writableLength: number } {
  try {
    const kind = fstatSync(2);
    if (kind.isSocket()) return new Socket({ fd: 2, readable: false, writable: true });
    if (!kind.isFIFO()) return process.stderr; // a file or a terminal
    const fd = openSync("/proc/self/fd/2", constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: false, writable: true });
  } catch {
    return process.stderr;
  }
}
