import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { keepFromChildren, letGo } from "../../close-on-exec.js";
import { firstSpeed, makeRaw } from "../termios.js";
import { type OpenedPair, openpty } from "./pty-native.js";

/** What a look at the other end found. */
interface Probe {
  /** Some host has the terminal open. */
  readonly attached: boolean;
  /** Nobody has it open, and nobody can open it any more. */
  readonly spent: boolean;
  /** What came in meanwhile. */
  readonly bytes: Uint8Array | undefined;
}

/** What a pair tells: bytes from the host, and that an exclusive host has left, which ends the pair. */
interface PairEvents {
  onBytes(bytes: Uint8Array): void;
  onEnd(): void;
}

const scratch = Buffer.allocUnsafe(65536);

/**
 * One pseudo-terminal: the master is ours, the slave is the hosts'. We hold the slave too, without reading it: otherwise
 * the master fails with EIO whenever no host is there.
 */
export class PtyPair {
  readonly path: string;
  /** Our end; termios calls on it mean the host's end. */
  readonly master: number;
  #slave: number | undefined;
  readonly #input: ReadStream;
  readonly #events: PairEvents;
  #closed = false;

  /** Opens a pair, at this path again if it is free. */
  constructor(events: PairEvents, path?: string) {
    const opened = path === undefined ? openpty() : openAt(path);
    this.path = opened.path;
    this.master = opened.master;
    this.#events = events;
    keepFromChildren(this.master);
    this.#slave = openSlave(this.path) ?? opened.slave;
    if (this.#slave !== opened.slave) closeSync(opened.slave); // ours is close-on-exec; an early exclusive host forbids it
    try {
      makeRaw(this.master, firstSpeed);
      this.#input = new ReadStream(this.master);
    } catch (error) {
      letGo(this.master);
      this.#release();
      closeSync(this.master);
      throw error;
    }
    this.#input.on("data", (bytes) => events.onBytes(bytes));
    this.#input.on("error", () => {}); // EIO: the last host has left, and we do not hold the slave
    this.#input.on("close", () => this.#ended());
  }

  /** Its descriptors are closed: their numbers may mean something else by now. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Looks whether a host is there: gives our slave back, asks the master whether anybody else holds one (EIO = nobody),
   * takes it again. All in one tick, so that the read stream never sees the hang-up.
   */
  probe(): Probe {
    if (this.#slave === undefined) return { attached: true, spent: false, bytes: undefined }; // onEnd will tell
    closeSync(this.#slave);
    let attached = true;
    let bytes: Uint8Array | undefined;
    try {
      const count = readSync(this.master, scratch);
      if (count > 0) bytes = Uint8Array.from(scratch.subarray(0, count));
    } catch (error) {
      attached = (error as NodeJS.ErrnoException).code !== "EIO";
    }
    this.#slave = openSlave(this.path); // EBUSY: a host wants it for itself alone (TIOCEXCL), which root never sees
    return { attached, spent: !attached && this.#slave === undefined, bytes };
  }

  /** Says how many bytes the line took: the kernel keeps some for a late reader; what is beyond that is lost. */
  write(bytes: Uint8Array): number {
    let taken = 0;
    try {
      while (taken < bytes.length) taken += writeSync(this.master, bytes, taken);
    } catch {} // EAGAIN: full. EIO: nobody is there any more.
    return taken;
  }

  /** Throws away what no host has read, so that the next one does not find it; says how much that was. */
  discardUnread(): number {
    return this.#slave === undefined ? 0 : discard(this.#slave);
  }

  /** Throws away what has come in and was not told yet. */
  discardInput(): void {
    discard(this.master);
  }

  /** A host that is there sees a hang-up, as when a USB adapter is pulled. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    letGo(this.master);
    this.#release();
    this.#input.destroy();
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    letGo(this.master);
    this.#release();
    this.#events.onEnd();
  }

  #release(): void {
    if (this.#slave !== undefined) closeSync(this.#slave);
    this.#slave = undefined;
  }
}

/** The kernel gives the lowest free number: those below the wanted one are held until it comes by. */
function openAt(path: string): OpenedPair {
  const others: OpenedPair[] = [];
  try {
    for (;;) {
      const pair = openpty();
      if (pair.path === path || number(pair.path) > number(path) || others.length === 64) return pair;
      others.push(pair);
    }
  } finally {
    for (const { master, slave } of others) for (const end of [master, slave]) closeSync(end);
  }
}

function number(path: string): number {
  return Number(/\d+$/.exec(path)?.[0]);
}

function openSlave(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function discard(end: number): number {
  let count = 0;
  try {
    for (let more = 1; more > 0; count += more) more = readSync(end, scratch);
  } catch {} // EAGAIN: that was all
  return count;
}
