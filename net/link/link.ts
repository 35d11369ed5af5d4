import type { Duplex } from "node:stream";
import type { DownReason } from "../../mqtt/session.js";

/** What a link reports. None of these is called from inside a method of the link. */
export interface LinkEvents {
  /** The connection is up. */
  up(): void;
  /** The connection has failed or ended. Called once; nothing is reported after it. */
  down(reason: DownReason): void;
  /** The broker has sent bytes; they belong to the receiver. */
  bytes(bytes: Uint8Array): void;
  /** `total` bytes of this link, counted from its start, have been handed to TCP. */
  sent(total: number): void;
  /** The system has refused a write. Not called for writes that are lost because the connection went down. */
  sendFailed(): void;
}

/** One connection to a broker. */
export interface Link {
  /** Queues bytes. */
  write(bytes: Uint8Array): void;
  /** Sends FIN after what is queued, at most 1 s later. Nothing is reported any more. */
  end(): void;
  /** Sends RST at once. Nothing is reported any more. */
  reset(): void;
  /** Stops reading: what the broker sends waits in TCP. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/** The stream of a link, which emits `connect` when it is up: a socket of Node, or an end of a stream pair. */
export interface Connection extends Duplex {
  /** Whether `connect` is still to come. */
  readonly connecting: boolean;
  /** Sends RST at once. */
  resetAndDestroy(): this;
}

/** How long an ended connection may stay open, in ms of real time, whatever the module's clock does. */
const endTimeoutMs = 1000;

/** A link over one connection. */
export class StreamLink implements Link {
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  readonly #connection: Connection;
  /** Undefined when nothing is to be reported any more. */
  #events: LinkEvents | undefined;
  /** Bytes that are written at the end of this tick. */
  #batch: Uint8Array[] = [];
  #sent = 0;

  constructor(connection: Connection, events: LinkEvents) {
    this.#connection = connection;
    this.#events = events;
    this.closed = new Promise((resolve) => connection.once("close", () => resolve()));
    connection
      .on("connect", () => this.#events?.up())
      .on("data", (bytes: Uint8Array) => this.#events?.bytes(bytes))
      .on("end", () => this.#down("closed")) // a broker that has half-closed sends nothing any more
      .on("error", (error) => this.#down(reasonOf(error)))
      .on("close", () => this.#down("failed"));
  }

  /** Whether `end` was called and the connection is not closed yet. */
  get isEnding(): boolean {
    return this.#connection.writableEnded && !this.#connection.destroyed;
  }

  write(bytes: Uint8Array): void {
    if (!this.#events) return;
    // All writes of one tick leave together: one system call, and one `sent`.
    if (this.#batch.push(bytes) === 1) process.nextTick(() => this.#flush());
  }

  end(): void {
    if (!this.#events) return;
    this.#flush();
    this.#events = undefined;
    if (this.#connection.connecting) {
      this.#connection.destroy();
      return;
    }
    this.#connection.resume().end(); // resumed: a paused stream would never get to the broker's FIN
    const timer = setTimeout(() => this.#connection.destroy(), endTimeoutMs).unref();
    this.#connection.once("close", () => clearTimeout(timer));
  }

  reset(): void {
    // After a FIN a socket cannot be reset any more, and while it connects there is no peer to reset.
    const canReset = this.#events !== undefined && !this.#connection.connecting;
    this.#stopReporting();
    if (canReset) this.#connection.resetAndDestroy();
    else this.#connection.destroy();
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  /** Closes the connection at once; nothing is reported any more. */
  destroy(): Promise<void> {
    this.#stopReporting();
    this.#connection.destroy();
    return this.closed;
  }

  #flush(): void {
    const bytes = this.#batch.length === 1 ? this.#batch[0] : Buffer.concat(this.#batch);
    this.#batch = [];
    if (!bytes?.length) return;
    this.#connection.write(bytes, (error) => this.#written(bytes.length, error));
  }

  /** Reports the result of a write. Only a write that the system refused itself is a failure to send. */
  #written(length: number, error: NodeJS.ErrnoException | null | undefined): void {
    if (error?.syscall === "write") this.#events?.sendFailed();
    if (error) return;
    this.#sent += length;
    this.#events?.sent(this.#sent);
  }

  #down(reason: DownReason): void {
    const events = this.#events;
    this.#stopReporting();
    this.#connection.destroy();
    events?.down(reason);
  }

  #stopReporting(): void {
    this.#events = undefined;
    this.#batch = [];
  }
}

/** The reason for each error code of Node; any other code is `failed`. */
const reasons: { readonly [code: string]: DownReason } = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "unresolved",
  ENODATA: "unresolved",
  ESERVFAIL: "unresolved",
  EAI_AGAIN: "unresolved",
  EAI_FAIL: "unresolved",
  EAI_NODATA: "unresolved",
  EAI_NONAME: "unresolved",
  EHOSTUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable", // an IPv6 address on a machine without IPv6
  ETIMEDOUT: "timedOut",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
};

/** Why a connection failed. Where a name has several addresses all of them failed; the first one's error counts. */
export function reasonOf(error: NodeJS.ErrnoException): DownReason {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors[0] : error;
  return reasons[first?.code ?? ""] ?? "failed";
}
