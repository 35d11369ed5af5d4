import type { Duplex } from "node:stream";
import type { DownReason } from "../../mqtt/session.js";

/** What a link tells; `down` is told once, and is the last word. */
export interface LinkEvents {
  up(): void;
  down(reason: DownReason): void;
  bytes(bytes: Uint8Array): void;
  /** So many bytes, from the start of this link, have been handed to TCP. */
  sent(total: number): void;
  sendFailed(): void;
}

/** One connection towards a broker. */
export interface Link {
  write(bytes: Uint8Array): void;
  /** FIN after what is queued, at most 1 s later. Nothing is told any more. */
  end(): void;
  /** RST at once. Nothing is told any more. */
  reset(): void;
  pause(): void;
  resume(): void;
  /** What stands between both ends drops the connection: `down` tells `reason`, and the other end sees RST. */
  cut(reason: DownReason): void;
}

/** What a link goes over: emits `connect` when it is up. Node's socket is one, an end of a stream pair is another. */
export interface Connection extends Duplex {
  readonly connecting: boolean;
  /** RST at once. */
  resetAndDestroy(): this;
}

const endWithin = 1000; // milliseconds of real time, whatever the modem's clock does

/** A link over one connection, and whether it may still tell. What it tells, and when, is said at `Link` and `LinkEvents`. */
export class StreamLink implements Link {
  readonly gone: Promise<void>;
  readonly #connection: Connection;
  #events: LinkEvents | undefined;
  #batch: Uint8Array[] = [];
  #sent = 0;

  constructor(connection: Connection, events: LinkEvents) {
    this.#connection = connection;
    this.#events = events;
    this.gone = new Promise((resolve) => connection.once("close", () => resolve()));
    connection
      .on("connect", () => this.#events?.up())
      .on("data", (bytes: Uint8Array) => this.#events?.bytes(bytes))
      .on("end", () => this.#down("closed")) // a peer that only half-closed will not be heard again either
      .on("error", (error) => this.#down(reasonOf(error)))
      .on("close", () => this.#down("failed"));
  }

  /** A FIN is on its way, behind what is queued. */
  get isEnding(): boolean {
    return this.#connection.writableEnded && !this.#connection.destroyed;
  }

  write(bytes: Uint8Array): void {
    if (!this.#events) return;
    // What one stimulus writes leaves together: one system call, and one `sent`.
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
    this.#connection.resume().end(); // resumed, or the peer's FIN would never be reached
    const timer = setTimeout(() => this.#connection.destroy(), endWithin).unref();
    this.#connection.once("close", () => clearTimeout(timer));
  }

  reset(): void {
    // After a FIN the connection cannot be reset any more, and while connecting there is nobody to reset.
    const canReset = this.#events !== undefined && !this.#connection.connecting;
    this.#silence();
    if (canReset) this.#connection.resetAndDestroy();
    else this.#connection.destroy();
  }

  cut(reason: DownReason): void {
    const events = this.#events;
    this.reset();
    setImmediate(() => events?.down(reason));
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  destroy(): Promise<void> {
    this.#silence();
    this.#connection.destroy();
    return this.gone;
  }

  #flush(): void {
    const bytes = this.#batch.length === 1 ? this.#batch[0] : Buffer.concat(this.#batch);
    this.#batch = [];
    if (!bytes?.length) return;
    this.#connection.write(bytes, (error) => this.#written(bytes.length, error));
  }

  /** Writes that fall with a link that went for another reason are no news; one that the system refused is. */
  #written(length: number, error: NodeJS.ErrnoException | null | undefined): void {
    if (error?.syscall === "write") this.#events?.sendFailed();
    if (error) return;
    this.#sent += length;
    this.#events?.sent(this.#sent);
  }

  #down(reason: DownReason): void {
    const events = this.#events;
    this.#silence();
    this.#connection.destroy();
    events?.down(reason);
  }

  #silence(): void {
    this.#events = undefined;
    this.#batch = [];
  }
}

/** What node says when a link fails, in our words; what is not here is `failed`. */
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
  EADDRNOTAVAIL: "unreachable", // an IPv6 address where there is no IPv6
  ETIMEDOUT: "timedOut",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
};

/** Why a link failed. Where a name has several addresses, each of them failed: the first tells why. */
export function reasonOf(error: NodeJS.ErrnoException): DownReason {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors[0] : error;
  return reasons[first?.code ?? ""] ?? "failed";
}
