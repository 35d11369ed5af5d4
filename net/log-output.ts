import { constants, fstatSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { painted, sgr, type Tone, wantsColour } from "./colour.js";

/** How many bytes of the log are queued for a slow reader; further lines are lost. */
const maxQueuedBytes = 256 * 1024;
/** How long `flushed` waits, in ms of real time. */
const flushTimeoutMs = 100;

/** The columns of the word that tells what a line is about: `module= `. */
const aboutColumns = 8;

/** A line of the log as a terminal shows it: its time, what it is about, and its text, each in its column. */
export function terminalLine(line: string, tone: Tone, colour: boolean): string {
  const [, time = "", about, text = line] = /^( *\d+\.\d{3}) (?:(\w+[<>=!:]) )?(.*)$/s.exec(line) ?? [];
  const told = `${(about ?? "").padEnd(aboutColumns)}${text}`;
  return colour ? `${painted(time, sgr.quiet)} ${painted(told, sgr[tone])}` : `${time} ${told}`;
}

/** Writes the log to stderr. A slow reader loses lines; with `process.stderr` it would block the module. */
export class LogLines {
  readonly #output = openOutput();
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #colour = wantsColour(process.env, this.#isTerminal);
  #lost = 0;

  constructor() {
    this.#output.on("error", () => {}); // the reader is gone
  }

  /** Writes a line, without its end; drops it while too much is queued. A terminal gets columns and colours. */
  write(line: string, tone: Tone): void {
    if (this.#output.writableLength > maxQueuedBytes) {
      this.#lost += 1;
      return;
    }
    const lost = this.#lost > 0 ? `bc28-emu: ${this.#lost} lines of the log were lost: nobody read them\n` : "";
    this.#lost = 0;
    this.#output.write(`${lost}${this.#isTerminal ? terminalLine(line, tone, this.#colour) : line}\n`);
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
