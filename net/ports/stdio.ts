import { Socket } from "node:net";
import { isatty, ReadStream } from "node:tty";
import type { PortEvents, SerialPort } from "../serial.js";
import { PortEventQueue } from "./port-events.js";

/** What stdin must be able to do; `process.stdin` can. */
interface StdioInput extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** What stdout must be able to do; a pipe's `process.stdout` can. */
interface StdioOutput extends NodeJS.WritableStream {
  readonly writableLength?: number;
  destroy?(): unknown;
}

/** The streams to use instead of the process's own. */
interface StdioOptions {
  readonly input?: StdioInput;
  readonly output?: StdioOutput;
}

/** The front end that is this process's own stdin and stdout. */
interface StdioPort extends SerialPort {
  /** Somebody types at a terminal, who wants to see it (ATE1). */
  readonly interactive: boolean;
}

const leave = 0x1d; // Ctrl-]
/** What a slow reader may owe us, in bytes. */
const patience = 1024 * 1024;
/** How long `close` waits for it, in milliseconds. */
const farewell = 1000;

/** Makes stdin and stdout the serial line: on a terminal raw, until Ctrl-]; on pipes until the end of input. */
export function openStdio(options: StdioOptions, events: PortEvents): StdioPort {
  return new Stdio(options.input ?? process.stdin, options.output ?? processOutput(), events);
}

/**
 * `process.stdout` waits for a slow terminal, and everything with it; a tty.ReadStream that writes does not. Nor can it be
 * destroyed when a pipe's reader does not read.
 */
function processOutput(): StdioOutput {
  if (isatty(1)) return new ReadStream(1, { readable: false, writable: true });
  try {
    return new Socket({ fd: 1, readable: false, writable: true });
  } catch {
    return process.stdout; // a file, which is never slow
  }
}

class Stdio implements StdioPort {
  readonly path = "stdio";
  readonly interactive: boolean;
  readonly #input: StdioInput;
  readonly #output: StdioOutput;
  readonly #teller: PortEventQueue;
  #ended = false;
  #broken = false;
  #closing: Promise<void> | undefined;
  readonly #onData = (bytes: Uint8Array): void => this.#take(bytes);
  readonly #onEnd = (): void => this.#end();

  constructor(input: StdioInput, output: StdioOutput, events: PortEvents) {
    this.#input = input;
    this.#output = output;
    this.#teller = new PortEventQueue(events);
    this.interactive = input.isTTY === true;
    if (this.interactive) input.setRawMode?.(true);
    input.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onEnd).on("close", this.#onEnd);
    output.on("error", () => this.#break()); // EPIPE: the reader is gone
  }

  write(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const room = this.#broken ? 0 : Math.max(0, patience - (this.#output.writableLength ?? 0));
    const taken = Math.min(room, bytes.length);
    if (taken > 0) this.#output.write(Uint8Array.from(bytes.subarray(0, taken))); // a copy: it may wait there
    this.#teller.dropped(bytes.length - taken);
  }

  /** Pipes have neither modem lines nor a speed. */
  set(): void {}

  /** What was written still goes out, if the reader takes it within a second. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#teller.silence();
    this.#input.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onEnd).off("close", this.#onEnd);
    this.#input.on("error", () => {});
    this.#input.pause();
    if (this.interactive) this.#input.setRawMode?.(false);
    if (!(await this.#flushed())) this.#output.destroy?.();
  }

  #flushed(): Promise<boolean> {
    if (this.#broken) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), farewell);
      this.#output.write(new Uint8Array(0), () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #take(bytes: Uint8Array): void {
    if (this.#ended) return;
    const end = this.interactive ? bytes.indexOf(leave) : -1;
    const meant = end < 0 ? bytes : bytes.subarray(0, end);
    if (meant.length > 0) this.#teller.bytes(meant);
    if (end >= 0) this.#end();
  }

  #break(): void {
    this.#broken = true;
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#teller.change({ kind: "ended" });
  }
}
