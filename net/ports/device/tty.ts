import { closeSync, constants, openSync } from "node:fs";
import { isatty, ReadStream } from "node:tty";
import { UserError } from "../../user-error.js";
import { giveBack, readTermios, setSpeed, takeOver } from "../termios.js";

/** What a tty tells: bytes of the far end, and that it has been unplugged or hung up, which ends it. */
interface TtyEvents {
  onBytes(bytes: Uint8Array): void;
  onGone(): void;
}

/** What may wait for a slow line, in bytes. */
const patience = 65_536;
/** How long `close` waits for that, and then for the driver, in milliseconds. */
const farewell = 200;

/** A terminal that somebody else has made: a serial port, or one end of a pseudo-terminal. While it is open it is raw. */
export class Tty {
  readonly #port: number;
  readonly #stream: ReadStream;
  /** How it was set before, as stty writes it. */
  readonly #before: string;
  /** What has to happen one after the other; while something is there, writing goes behind it. */
  #jobs: Promise<void> = Promise.resolve();
  #jobsLeft = 0;
  /** Bytes that are in a job. */
  #waiting = 0;
  #over = false;

  /** @throws UserError if there is none at this path, if it may not be opened, or if it does not have this speed. */
  constructor(path: string, speed: number, events: TtyEvents) {
    this.#port = open(path);
    try {
      this.#before = takeOver(this.#port, speed, path);
      this.#stream = new ReadStream(this.#port, { readable: true, writable: true }); // it opens the port once more, for itself
    } catch (error) {
      closeSync(this.#port);
      throw error;
    }
    this.#stream.on("data", (bytes) => events.onBytes(bytes));
    this.#stream.on("error", () => {}); // EIO: unplugged
    this.#stream.on("close", () => this.#end(() => events.onGone()));
  }

  /** What was written and has not gone to the driver yet, in bytes. */
  get unsent(): number {
    return this.#stream.writableLength + this.#waiting;
  }

  /** Says how many bytes found room. */
  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, patience - this.unsent);
    if (this.#over || taken <= 0) return 0;
    const kept = Uint8Array.from(bytes.subarray(0, taken)); // a copy: it may wait
    if (this.#jobsLeft === 0) this.#stream.write(kept);
    else this.#writeLater(kept);
    return taken;
  }

  /** Sets the speed when all that was written has left; what is written from now on goes at the new one. Tells whether the port refuses it. */
  setSpeed(speed: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#queue(async () => {
        await this.#flushed();
        resolve(!this.#over && !(await setSpeed(this.#port, speed)) && (await this.#isThere()));
      });
    });
  }

  /** Leaves the port as it was found. What was written still goes out, if the line takes it soon. */
  async close(): Promise<void> {
    if (this.#over) return;
    await Promise.race([this.#flushed(), new Promise((resolve) => setTimeout(resolve, farewell))]);
    if (this.#over) return;
    this.#over = true;
    await giveBack(this.#port, this.#before, farewell);
    closeSync(this.#port);
    this.#stream.destroy();
  }

  #writeLater(bytes: Uint8Array): void {
    this.#waiting += bytes.length;
    this.#queue(async () => {
      this.#waiting -= bytes.length;
      if (!this.#over) this.#stream.write(bytes);
    });
  }

  #queue(job: () => Promise<void>): void {
    this.#jobsLeft += 1;
    this.#jobs = this.#jobs.then(job).then(() => {
      this.#jobsLeft -= 1;
    });
  }

  /** One that has just been unplugged refuses nothing. */
  async #isThere(): Promise<boolean> {
    return !this.#over && (await readTermios(this.#port)) !== undefined;
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => this.#stream.write(new Uint8Array(0), () => resolve()));
  }

  #end(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    closeSync(this.#port);
    tell();
  }
}

function open(path: string): number {
  const port = openAny(path);
  if (isatty(port)) return port;
  closeSync(port);
  throw notATerminal(path);
}

/** Without O_NONBLOCK a serial port without a carrier would hold us up. */
function openAny(path: string): number {
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
