import { Socket } from "node:net";
import { addressText, type TcpAddress } from "../../listening.js";

/** The pause before the first further attempt, in ms; it doubles with each attempt, up to `maxRetryMs`. */
const minRetryMs = 100;
const maxRetryMs = 5000;
/** How long one attempt may take, in ms. */
const connectTimeoutMs = 10_000;
/** How long one of several addresses of a name may take, in ms. Node's default, 250 ms, is too short for a distant host. */
const nextAddressAfterMs = 1000;

/** What the client reports. */
interface ClientEvents {
  /** A connection is up; it belongs to the receiver. */
  onConnected(socket: Socket): void;
  /** An attempt has failed. Not called again for the same reason until a connection was up. */
  onFailed(why: string): void;
}

/** A TCP client that connects again and again until it succeeds, and whenever the connection has ended. */
export class ReconnectingClient {
  readonly #to: TcpAddress;
  readonly #events: ClientEvents;
  #pauseMs = minRetryMs;
  #reported: string | undefined;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(to: TcpAddress, events: ClientEvents) {
    this.#to = to;
    this.#events = events;
  }

  /** Starts an attempt; further ones follow by themselves until `stop`. */
  connect(): void {
    const socket = new Socket().setNoDelay().setKeepAlive(true, connectTimeoutMs);
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.destroy(new Error("it does not answer")), connectTimeoutMs);
    const onError = (error: Error): void => this.#fail(reasonOf(error));
    socket
      .once("error", onError)
      .once("connect", () => {
        socket.off("error", onError).on("error", () => {}); // errors of an open connection concern its receiver
        this.#connected(socket);
      })
      .once("close", () => this.#retry())
      .connect({ ...this.#to, autoSelectFamilyAttemptTimeout: nextAddressAfterMs });
  }

  /** Stops connecting. An attempt is given up; an open connection stays with its receiver. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket?.connecting) socket.destroy();
  }

  #connected(socket: Socket): void {
    clearTimeout(this.#timer);
    // A TCP self-connection: where nothing listens on an ephemeral port, an attempt may get that port as its own.
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress) {
      socket.destroy();
      this.#fail(nothingListens);
      return;
    }
    this.#reported = undefined;
    // Only a peer that sends something shortens the pause again: one that hangs up at once is retried as a failure is.
    socket.once("data", () => {
      this.#pauseMs = minRetryMs;
    });
    this.#events.onConnected(socket);
  }

  #retry(): void {
    clearTimeout(this.#timer);
    if (this.#socket === undefined) return;
    this.#timer = setTimeout(() => this.connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, maxRetryMs);
  }

  #fail(why: string): void {
    if (why !== this.#reported) this.#events.onFailed(`${addressText(this.#to)}: ${why}`);
    this.#reported = why;
  }
}

const nothingListens = "nobody listens there";
const reasons: { readonly [code: string]: string } = {
  ECONNREFUSED: nothingListens,
  ENOTFOUND: "there is no such name",
  EAI_AGAIN: "the name cannot be looked up",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
};

/** The reason in words. Where a name has several addresses all of them failed; the first one's error counts. */
function reasonOf(error: NodeJS.ErrnoException): string {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors[0] : error;
  return reasons[first.code ?? ""] ?? first.message;
}
