import { constants, fstatSync, openSync } from "node:fs";
import { Socket } from "node:net";

/** How many bytes of the log are queued for a slow reader; further lines are lost. */
const maxQueuedBytes = 256 * 1024;
/** How long `flushed` waits, in ms of real time. */
const flushTimeoutMs = 100;

/** Writes the log to stderr. A slow reader loses lines; with `process.stderr` it would block the module. */
export class LogLines {
  readonly #output = openOutput();
  #lost = 0;

  constructor() {
    this.#output.on("error", () => {}); // the reader is gone
  }

  /** Writes a line, without its end; drops it while too much is queued. */
  write(line: string): void {
    if (this.#output.writableLength > maxQueuedBytes) {
      this.#lost += 1;
      return;
    }
    const lost = this.#lost > 0 ? `bc28-emu: ${this.#lost} lines of the log were lost: nobody read them\n` : "";
    this.#lost = 0;
    this.#output.write(`${lost}${line}\n`);
  }

  /** Resolves when everything is written, or after `flushTimeoutMs`. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, flushTimeoutMs);
      this.#output.write("", () => resolve());
    });
  }
}

/** A stream that does not block. A pipe is opened again: other processes that share its open file expect it to block. */
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
