import { closeSync, constants, openSync } from "node:fs";
import { isatty, ReadStream } from "node:tty";
import { atMost } from "../../time/real-time.js";
import { UserError } from "../../user-error.js";
import { readTermios, restoreTermios, setSerialLine, setSpeed } from "../termios.js";

/** What a tty reports. */
interface TtyEvents {
  /** The far end has sent something. */
  onBytes(bytes: Uint8Array): void;
  /** It has been unplugged or hung up; nothing is reported afterwards. */
  onGone(): void;
}

/** How many bytes are queued for a slow line. */
const maxQueuedBytes = 65_536;
/** How long `close` waits until they have left, and after that for the driver's buffer, in ms of real time each. */
const flushTimeoutMs = 200;

/** A terminal that exists already: a serial port, or one end of a pseudo-terminal. It is in raw mode while it is open. */
export class Tty {
  /** Its descriptor. */
  readonly #fd: number;
  readonly #stream: ReadStream;
  /** Its settings before, as `stty -g` prints them. */
  readonly #settingsBefore: string;
  /** Jobs that run one after the other. While there are any, bytes are written in a further one, to keep the order. */
  #jobs: Promise<void> = Promise.resolve();
  #jobsLeft = 0;
  /** Bytes that wait in jobs. */
  #bytesInJobs = 0;
  #closed = false;

  /** @throws UserError if there is no terminal at this path, if it may not be opened, or if it cannot have this speed. */
  constructor(path: string, speed: number, events: TtyEvents) {
    this.#fd = open(path);
    try {
      this.#settingsBefore = setSerialLine(this.#fd, speed, path);
      this.#stream = new ReadStream(this.#fd, { readable: true, writable: true }); // opens the path once more, with a descriptor of its own
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
    this.#stream.on("data", (bytes) => events.onBytes(bytes));
    this.#stream.on("error", () => {}); // EIO: unplugged; a close event follows
    this.#stream.on("close", () => this.#end(() => events.onGone()));
  }

  /** How many bytes were written and have not reached the driver yet. */
  get unsent(): number {
    return this.#stream.writableLength + this.#bytesInJobs;
  }

  /** Queues bytes; returns how many of them were taken. */
  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, maxQueuedBytes - this.unsent);
    if (this.#closed || taken <= 0) return 0;
    const copy = Uint8Array.from(bytes.subarray(0, taken)); // a copy: the stream may keep it
    if (this.#jobsLeft === 0) this.#stream.write(copy);
    else this.#writeLater(copy);
    return taken;
  }

  /**
   * Changes the speed: what was written before still leaves at the old one. Resolves with whether the port refused it;
   * false if it was unplugged meanwhile.
   */
  setSpeed(speed: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#queue(async () => {
        await this.#flushed();
        resolve(!this.#closed && !(await setSpeed(this.#fd, speed)) && (await this.#isConnected()));
      });
    });
  }

  /** Restores the settings and closes the port, after what was written has left or `flushTimeoutMs` has passed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await atMost(flushTimeoutMs, this.#flushed());
    if (this.#closed) return;
    this.#closed = true;
    await restoreTermios(this.#fd, this.#settingsBefore, flushTimeoutMs);
    closeSync(this.#fd);
    this.#stream.destroy();
  }

  #writeLater(bytes: Uint8Array): void {
    this.#bytesInJobs += bytes.length;
    this.#queue(async () => {
      this.#bytesInJobs -= bytes.length;
      if (!this.#closed) this.#stream.write(bytes);
    });
  }

  #queue(job: () => Promise<void>): void {
    this.#jobsLeft += 1;
    this.#jobs = this.#jobs.then(job).then(() => {
      this.#jobsLeft -= 1;
    });
  }

  /** Whether the terminal still answers; false when it was unplugged. */
  async #isConnected(): Promise<boolean> {
    return !this.#closed && (await readTermios(this.#fd)) !== undefined;
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => this.#stream.write(new Uint8Array(0), () => resolve()));
  }

  #end(report: () => void): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
    report();
  }
}

/** The descriptor of the terminal at this path. */
function open(path: string): number {
  const fd = openFile(path);
  if (isatty(fd)) return fd;
  closeSync(fd);
  throw notATerminal(path);
}

/** Opens with O_NONBLOCK: without it, opening a serial port without a carrier blocks. */
function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "EISDIR") throw notATerminal(path);
    throw new UserError(`${path}: ${reasons[code] ?? message}`);
  }
}

const notATerminal = (path: string): UserError =>
  new UserError(`${path} is not a serial port: give one such as /dev/ttyUSB0, or the path of a pseudo-terminal`, 2);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such device; is it plugged in?",
  ENXIO: "there is no hardware behind it",
  ENODEV: "there is no hardware behind it",
  EIO: "there is nothing behind it any more",
  EACCES: "you may not use it; `sudo usermod -aG dialout $USER` and a new login let you",
  EBUSY: "another program has it for itself; end that first",
};
