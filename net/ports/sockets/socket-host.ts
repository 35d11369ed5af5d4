import type { Socket } from "node:net";

/** What a host may owe us, in bytes; what the system keeps for it comes on top. */
const patience = 256 * 1024;
/** How long it may take to read the rest when we close, in milliseconds. */
const farewell = 500;

/** What is heard of a host. */
interface SocketHostEvents {
  bytes(bytes: Uint8Array): void;
  /** Told once; so many bytes will never reach it. */
  gone(unread: number): void;
}

/**
 * The host at the other end of a socket. One that closes its direction is gone, even where it would still listen: the two
 * cannot be told apart. What it was sent until then still goes out.
 */
export class SocketHost {
  readonly #socket: Socket;
  #gone: ((unread: number) => void) | undefined;
  /** What the system has not taken yet; a socket that is destroyed has forgotten it. */
  #owed = 0;

  constructor(socket: Socket, { bytes, gone }: SocketHostEvents) {
    this.#socket = socket;
    this.#gone = gone;
    socket
      .on("data", (came) => this.#gone && bytes(came))
      .on("end", () => this.#leave(0))
      .on("error", () => {}) // it is closed next
      .on("close", () => this.#leave(this.#owed));
  }

  /** How many bytes it takes now. */
  get room(): number {
    return this.#gone === undefined ? 0 : Math.max(0, patience - this.#socket.writableLength);
  }

  /** The bytes are the socket's from here on. */
  send(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#owed += bytes.length;
    this.#socket.write(bytes, (error) => {
      if (!error) this.#owed -= bytes.length;
    });
  }

  /** Hangs up, after what was sent; nothing is heard of it any more. */
  close(): Promise<void> {
    this.#gone = undefined;
    return ended(this.#socket);
  }

  #leave(unread: number): void {
    const gone = this.#gone;
    if (gone === undefined) return;
    void this.close();
    gone(unread);
  }
}

/** Ends a socket, by force where the other end does not read. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    const force = setTimeout(() => socket.destroy(), farewell);
    socket.once("close", () => {
      clearTimeout(force);
      resolve();
    });
    socket.end(() => socket.destroy());
  });
}
