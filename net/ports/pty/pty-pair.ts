import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { closeOnExec, forgetDescriptor } from "../../close-on-exec.js";
import { factorySpeed, makeRaw } from "../termios.js";
import { type OpenedPair, openpty } from "./pty-native.js";

/** What a probe of the hosts' end has found. */
interface Probe {
  /** A host has the terminal open. */
  readonly attached: boolean;
  /** No host has it open, and none can open it any more: an exclusive host (TIOCEXCL) has left. */
  readonly spent: boolean;
  /** Input that the probe has read; undefined: none. */
  readonly bytes: Uint8Array | undefined;
}

/** What a pair reports. */
interface PairEvents {
  /** The host has sent something. */
  onBytes(bytes: Uint8Array): void;
  /** An exclusive host (TIOCEXCL) has left; the pair is closed. */
  onEnd(): void;
}

/** Where bytes are read to before they are copied or thrown away. */
const scratch = Buffer.allocUnsafe(65536);

/**
 * One pseudo-terminal: the master is ours, the slave is the hosts'. This process keeps the slave open, too, and never reads
 * it: otherwise reading the master fails with EIO whenever no host has the slave open.
 */
export class PtyPair {
  readonly path: string;
  /** The master's descriptor; termios calls on it mean the host's end. */
  readonly master: number;
  /** The slave's descriptor; undefined where an exclusive host keeps us from opening it. */
  #slave: number | undefined;
  readonly #input: ReadStream;
  readonly #events: PairEvents;
  #closed = false;

  /** Opens a pair, at `path` if that is free. Throws a UserError if none can be opened. */
  constructor(events: PairEvents, path?: string) {
    const opened = path === undefined ? openpty() : openAt(path);
    this.path = opened.path;
    this.master = opened.master;
    this.#events = events;
    closeOnExec(this.master);
    this.#slave = openSlave(this.path) ?? opened.slave;
    if (this.#slave !== opened.slave) closeSync(opened.slave); // the new descriptor is close-on-exec; an exclusive host may forbid to open it
    try {
      makeRaw(this.master, factorySpeed);
      this.#input = new ReadStream(this.master);
    } catch (error) {
      forgetDescriptor(this.master);
      this.#release();
      closeSync(this.master);
      throw error;
    }
    this.#input.on("data", (bytes) => events.onBytes(bytes));
    this.#input.on("error", () => {}); // EIO: the last host has left, and the slave is not open here; a close event follows
    this.#input.on("close", () => this.#onClose());
  }

  /** Whether its descriptors are closed: their numbers may belong to something else by now. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether a host keeps all others out (TIOCEXCL), this process included. */
  get isExclusive(): boolean {
    return this.#slave === undefined;
  }

  /**
   * Finds out whether a host has the slave open: closes our own, reads the master (EIO: no other is open) and opens ours
   * again. All this is synchronous, so that the read stream never sees the hang-up.
   */
  probe(): Probe {
    if (this.#slave === undefined) return { attached: true, spent: false, bytes: undefined }; // `onEnd` reports when that host leaves
    closeSync(this.#slave);
    let attached = true;
    let bytes: Uint8Array | undefined;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0; // the error of each look has no reader, and its stack costs more than the look
    try {
      const count = readSync(this.master, scratch);
      if (count > 0) bytes = Uint8Array.from(scratch.subarray(0, count));
    } catch (error) {
      attached = (error as NodeJS.ErrnoException).code !== "EIO";
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.#slave = openSlave(this.path); // EBUSY: a host has set TIOCEXCL, which does not bind root
    return { attached, spent: !attached && this.#slave === undefined, bytes };
  }

  /** Writes to the host; returns how many bytes the kernel took. It buffers some KiB for a slow reader. */
  write(bytes: Uint8Array): number {
    let taken = 0;
    try {
      while (taken < bytes.length) taken += writeSync(this.master, bytes, taken);
    } catch {} // EAGAIN: the buffer is full. EIO: no host is there any more.
    return taken;
  }

  /** Throws away what no host has read, so that the next one does not get it; returns how many bytes that were. */
  discardUnread(): number {
    return this.#slave === undefined ? 0 : discard(this.#slave);
  }

  /** Throws away input that was not reported yet. */
  discardInput(): void {
    discard(this.master);
  }

  /** Closes both ends; an attached host sees a hang-up, as when a USB adapter is unplugged. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    forgetDescriptor(this.master);
    this.#release();
    this.#input.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    forgetDescriptor(this.master);
    this.#release();
    this.#events.onEnd();
  }

  #release(): void {
    if (this.#slave !== undefined) closeSync(this.#slave);
    this.#slave = undefined;
  }
}

/** How many pairs with lower numbers are held at most, before any path will do. */
const maxHeld = 64;

/** How often a path is tried, and the pause between, in ms: another emulator may hold it for a moment, as `openNear` does. */
const maxTries = 5;
const pauseMs = 2;

/** Opens a pair at `path` if that is free. */
function openAt(path: string): OpenedPair {
  for (let tries = 1; ; tries += 1) {
    const pair = openNear(path);
    if (pair.path === path || tries === maxTries) return pair;
    closePair(pair);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}

/** Opens a pair at `path`, or at a higher number. The kernel gives the lowest free number, so lower ones are held meanwhile. */
function openNear(path: string): OpenedPair {
  const others: OpenedPair[] = [];
  try {
    for (;;) {
      const pair = openpty();
      if (pair.path === path || numberOf(pair.path) > numberOf(path) || others.length === maxHeld) return pair;
      others.push(pair);
    }
  } finally {
    for (const other of others) closePair(other);
  }
}

function closePair({ master, slave }: OpenedPair): void {
  closeSync(master);
  closeSync(slave);
}

function numberOf(path: string): number {
  return Number(/\d+$/.exec(path)?.[0]);
}

/** The slave's descriptor, close-on-exec; undefined where it cannot be opened. */
function openSlave(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** Reads a descriptor until it is empty; returns how many bytes that were. */
function discard(fd: number): number {
  let count = 0;
  try {
    for (let more = 1; more > 0; count += more) more = readSync(fd, scratch);
  } catch {} // EAGAIN: nothing is left
  return count;
}
