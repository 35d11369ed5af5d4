import type { Socket } from "node:net";

/** How many bytes are queued for a host that does not read, beside those that the system buffers. */
const maxQueuedBytes = 256 * 1024;
/** How long `close` waits for the host to read what is queued, in ms of real time. */
const flushTimeoutMs = 500;

/** What a host's connection reports. */
interface SocketHostEvents {
  onBytes(bytes: Uint8Array): void;
  /** The host has disconnected; called once. `unsent` bytes were queued for it and are lost. */
  onGone(unsent: number): void;
}

/**
 * The host at the other end of a socket. A host that closes its sending direction counts as gone: whether it still reads
 * cannot be seen. What was sent to it until then still goes out.
 */
export class SocketHost {
  readonly #socket: Socket;
  /** Undefined once the host is gone or closed. */
  #onGone: ((unsent: number) => void) | undefined;
  /** Bytes that the system has not taken yet. Counted here: a destroyed socket no longer knows. */
  #unsent = 0;

  constructor(socket: Socket, { onBytes, onGone }: SocketHostEvents) {
    this.#socket = socket;
    this.#onGone = onGone;
    socket
      .on("data", (bytes) => this.#onGone && onBytes(bytes))
      .on("end", () => this.#leave(0))
      .on("error", () => {}) // a close event follows
      .on("close", () => this.#leave(this.#unsent));
  }

  /** How many bytes `send` may take now. */
  get room(): number {
    return this.#onGone === undefined ? 0 : Math.max(0, maxQueuedBytes - this.#socket.writableLength);
  }

  /** Sends bytes, at most `room`; they belong to the socket from now on. */
  send(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#unsent += bytes.length;
    this.#socket.write(bytes, (error) => {
      if (!error) this.#unsent -= bytes.length;
    });
  }

  /** Closes the connection after what was sent; nothing is reported any more. Resolves when the socket is closed. */
  close(): Promise<void> {
    this.#onGone = undefined;
    return ended(this.#socket);
  }

  #leave(unsent: number): void {
    const onGone = this.#onGone;
    if (onGone === undefined) return;
    void this.close();
    onGone(unsent);
  }
}

/** Ends a socket; destroys it where the other end does not read. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    const timer = setTimeout(() => socket.destroy(), flushTimeoutMs);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end(() => socket.destroy());
  });
}
