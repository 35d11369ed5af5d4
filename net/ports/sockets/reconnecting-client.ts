import { Socket } from "node:net";
import { addressText, type TcpAddress } from "../../listening.js";

/** How long is waited before the next attempt, in milliseconds: twice as long each time. */
const minRetryMs = 100;
const maxRetryMs = 5000;
/** How long an attempt may take, in milliseconds. */
const connectTimeoutMs = 10_000;
/** How long one of several addresses of a name may take; Node's own 250 ms give up on one that is merely far away. */
const nextAddressAfterMs = 1000;

/** What a caller tells. */
interface ClientEvents {
  met(socket: Socket): void;
  /** Nobody is there; told once, until somebody is or the reason is another. */
  failed(why: string): void;
}

/** Calls an address until somebody is there, and again whenever the connection has ended. */
export class ReconnectingClient {
  readonly #to: TcpAddress;
  readonly #events: ClientEvents;
  #pause = minRetryMs;
  #told: string | undefined;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(to: TcpAddress, events: ClientEvents) {
    this.#to = to;
    this.#events = events;
  }

  call(): void {
    const socket = new Socket().setNoDelay().setKeepAlive(true, connectTimeoutMs);
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.destroy(new Error("it does not answer")), connectTimeoutMs);
    const failed = (error: Error): void => this.#failed(reason(error));
    socket
      .once("error", failed)
      .once("connect", () => {
        socket.off("error", failed).on("error", () => {}); // from here on it is its user's
        this.#met(socket);
      })
      .once("close", () => this.#callAgain())
      .connect({ ...this.#to, autoSelectFamilyAttemptTimeout: nextAddressAfterMs });
  }

  /** Calls no more; an attempt is given up, a connection is its user's. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket?.connecting) socket.destroy();
  }

  #met(socket: Socket): void {
    clearTimeout(this.#timer);
    // On this machine an attempt may hit upon its own end, where nobody listens on a port that the system also gives away.
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress) {
      socket.destroy();
      this.#failed(nobody);
      return;
    }
    this.#told = undefined;
    // Who hangs up before a word was said is not called any sooner than one who is not there.
    socket.once("data", () => {
      this.#pause = minRetryMs;
    });
    this.#events.met(socket);
  }

  #callAgain(): void {
    clearTimeout(this.#timer);
    if (this.#socket === undefined) return;
    this.#timer = setTimeout(() => this.call(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, maxRetryMs);
  }

  #failed(why: string): void {
    if (why !== this.#told) this.#events.failed(`${addressText(this.#to)}: ${why}`);
    this.#told = why;
  }
}

const nobody = "nobody listens there";
const reasons: { readonly [code: string]: string } = {
  ECONNREFUSED: nobody,
  ENOTFOUND: "there is no such name",
  EAI_AGAIN: "the name cannot be looked up",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
};

/** Where a name has several addresses, each of them failed: the first tells why. */
function reason(error: NodeJS.ErrnoException): string {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors[0] : error;
  return reasons[first.code ?? ""] ?? first.message;
}
