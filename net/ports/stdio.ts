import { Socket } from "node:net";
import { isatty, ReadStream } from "node:tty";
import type { PortEvents, SerialPort } from "../serial.js";
import { PortEventQueue } from "./port-events.js";

/** The part of `process.stdin` that is used. */
interface StdioInput extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** The part of `process.stdout` that is used. */
interface StdioOutput extends NodeJS.WritableStream {
  readonly writableLength?: number;
  destroy?(): unknown;
}

/** The streams to use instead of the process's own. */
interface StdioOptions {
  readonly input?: StdioInput;
  readonly output?: StdioOutput;
}

/** The front end on this process's stdin and stdout. */
interface StdioPort extends SerialPort {
  /** Stdin is a terminal: a person types, and wants an echo (ATE1). */
  readonly interactive: boolean;
}

/** Ends the input of a terminal: Ctrl-]. */
const endKey = 0x1d;
/** How many bytes are queued for a slow reader. */
const maxQueuedBytes = 1024 * 1024;
/** How long `close` waits until the reader has taken them, in ms of real time. */
const flushTimeoutMs = 1000;

/**
 * Makes stdin and stdout the serial line. A terminal is set to raw mode, and Ctrl-] ends the input; a pipe ends it with
 * its end of file. The end is reported as `ended`.
 */
export function openStdio(options: StdioOptions, events: PortEvents): StdioPort {
  return new Stdio(options.input ?? process.stdin, options.output ?? processOutput(), events);
}

/**
 * The stream to write to. `process.stdout` blocks the process while a terminal is slow, and cannot be destroyed while a
 * pipe's reader does not read; a tty.ReadStream used for writing and a Socket have neither fault.
 */
function processOutput(): StdioOutput {
  if (isatty(1)) return new ReadStream(1, { readable: false, writable: true });
  try {
    return new Socket({ fd: 1, readable: false, writable: true });
  } catch {
    return process.stdout; // a file: writing does not block for long
  }
}

class Stdio implements StdioPort {
  readonly path = "stdio";
  readonly interactive: boolean;
  readonly #input: StdioInput;
  readonly #output: StdioOutput;
  readonly #events: PortEventQueue;
  #ended = false;
  #broken = false;
  #closing: Promise<void> | undefined;
  readonly #onData = (bytes: Uint8Array): void => this.#take(bytes);
  readonly #onEnd = (): void => this.#end();

  constructor(input: StdioInput, output: StdioOutput, events: PortEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = new PortEventQueue(events);
    this.interactive = input.isTTY === true;
    if (this.interactive) input.setRawMode?.(true);
    input.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onEnd).on("close", this.#onEnd);
    output.on("error", () => this.#break()); // EPIPE: the reader is gone
  }

  write(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const room = this.#broken ? 0 : Math.max(0, maxQueuedBytes - (this.#output.writableLength ?? 0));
    const taken = Math.min(room, bytes.length);
    if (taken > 0) this.#output.write(Uint8Array.from(bytes.subarray(0, taken))); // a copy: the stream may keep it
    this.#events.emitDropped(bytes.length - taken);
  }

  /** Does nothing: stdin and stdout have neither modem lines nor a speed. */
  set(): void {}

  /** Resolves when the reader has taken what was written, or after a second without that. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#events.stop();
    this.#input.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onEnd).off("close", this.#onEnd);
    this.#input.on("error", () => {});
    this.#input.pause();
    if (this.interactive) this.#input.setRawMode?.(false);
    if (!(await this.#flushed())) this.#output.destroy?.();
  }

  #flushed(): Promise<boolean> {
    if (this.#broken) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), flushTimeoutMs);
      this.#output.write(new Uint8Array(0), () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #take(bytes: Uint8Array): void {
    if (this.#ended) return;
    const end = this.interactive ? bytes.indexOf(endKey) : -1;
    const input = end < 0 ? bytes : bytes.subarray(0, end);
    if (input.length > 0) this.#events.emitBytes(input);
    if (end >= 0) this.#end();
  }

  #break(): void {
    this.#broken = true;
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.emitChange({ kind: "ended" });
  }
}
