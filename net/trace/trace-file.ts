import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { whyOf } from "../storage/text-file.js";
import { UserError } from "../user-error.js";
import type { RecordedEvent } from "./recorded-event.js";
import type { TraceHeader } from "./trace-header.js";

const format = { format: "bc28-emu trace", version: 1 } as const;

/** How much text waits for the disk at most, in bytes; what comes then is counted, and not written. decided */
const maxWaiting = 16 * 1024 * 1024;
/** How long lines are collected before they are written, in ms. decided */
const collectMs = 20;

/** A trace in a file: one line of JSON for the run, then one for each event. */
export class TraceFile {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #warn: (line: string) => void;
  /** The lines that wait for the disk. */
  #waiting = "";
  #lost = 0;
  #lastLost: RecordedEvent | undefined;
  #writing: Promise<void> | undefined;
  /** Ends the collecting before its time. */
  #writeNow = (): void => {};
  #hasFailed = false;

  constructor(file: FileHandle, path: string, warn: (line: string) => void) {
    this.#file = file;
    this.#path = path;
    this.#warn = warn;
  }

  /** Whether the file ends before the run did, or lacks events. */
  get isIncomplete(): boolean {
    return this.#hasFailed;
  }

  /** Writes an event soon. Never throws. */
  write(event: RecordedEvent): void {
    if (this.#hasFailed) return;
    if (this.#waiting.length > maxWaiting) {
      this.#lost += 1;
      this.#lastLost = event;
      return;
    }
    this.#tellLost();
    this.#put(event);
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    this.#tellLost();
    this.#writeNow();
    await this.#writing;
    await this.#file.close().catch((error: NodeJS.ErrnoException) => this.#fail(error));
  }

  /** Writes the first line. Rejects with the system's error. */
  async begin(header: TraceHeader): Promise<void> {
    const started = new Date().toISOString();
    await this.#file.appendFile(`${JSON.stringify({ ...format, started, ...header })}\n`);
  }

  /** The line that stands for events that were not written; it has the number and the time of the last one. */
  #tellLost(): void {
    if (this.#lastLost === undefined) return;
    const { seq, t, wall } = this.#lastLost;
    this.#put({ seq, t, wall, kind: "lost", events: this.#lost });
    this.#lost = 0;
    this.#lastLost = undefined;
  }

  #put(event: RecordedEvent): void {
    this.#waiting += `${JSON.stringify(event)}\n`;
    this.#writing ??= this.#writeAll();
  }

  /** Writes whole lines, and all that wait at once. */
  async #writeAll(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, collectMs);
      this.#writeNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    try {
      while (this.#waiting !== "") {
        const lines = this.#waiting;
        this.#waiting = "";
        await this.#file.appendFile(lines);
      }
    } catch (error) {
      this.#fail(error as NodeJS.ErrnoException);
    }
    this.#writing = undefined;
  }

  #fail({ code, message }: NodeJS.ErrnoException): void {
    this.#hasFailed = true;
    this.#waiting = "";
    this.#warn(`trace! ${this.#path} could not be written, and ends here: ${whyOf(code, message)}`);
  }
}

/**
 * Makes a trace file; one that is there is replaced. `name` stands in messages.
 * @param warn called with a line of text when the file could not be written; the modem goes on
 * @throws UserError (code 2) that names the file and what is wrong with it
 */
export async function openTraceFile(
  path: string,
  header: TraceHeader,
  warn: (line: string) => void,
  name = `--trace ${JSON.stringify(path)}`,
): Promise<TraceFile> {
  const refusal = (why: string): UserError => new UserError(`${name}: ${why}`, 2);
  const { O_WRONLY, O_CREAT, O_NONBLOCK, O_APPEND } = constants;
  let file: FileHandle | undefined;
  try {
    file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK); // a pipe without a reader would block for ever
    if (!(await file.stat()).isFile()) throw refusal("it is not a file");
    await file.truncate();
    const trace = new TraceFile(file, path, warn);
    await trace.begin(header);
    return trace;
  } catch (error) {
    await file?.close();
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EISDIR" || code === "ENXIO") throw refusal("it is not a file");
    throw refusal(`it cannot be written: ${whyOf(code, message)}`);
  }
}
