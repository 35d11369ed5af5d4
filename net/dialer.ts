import { type LookupFunction, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { DownReason } from "../mqtt/session.js";
import { systemLookup } from "./lookup.js";
import type { NameMap } from "./name-map.js";

/** What a link tells; `down` is told once, and is the last word. */
export interface LinkEvents {
  up(): void;
  down(reason: DownReason): void;
  bytes(bytes: Uint8Array): void;
  /** So many bytes, from the start of this link, have been handed to TCP. */
  sent(total: number): void;
  sendFailed(): void;
}

/** One TCP connection towards a broker. */
export interface Link {
  write(bytes: Uint8Array): void;
  /** FIN after what is queued, at most 1 s later. Nothing is told any more. */
  end(): void;
  /** RST at once. Nothing is told any more. */
  reset(): void;
  pause(): void;
  resume(): void;
}

/** Opens a link. Nothing is told before the call has returned. */
export type Dial = (host: string, port: number, events: LinkEvents) => Link;

/** A bare connection to where host and port lead. It may still be connecting; that it fails is an error a tick later. */
export type Connect = (host: string, port: number) => Duplex;

/** Dials, and keeps what it dialled until it is gone. */
export interface Dialer {
  readonly dial: Dial;
  readonly connect: Connect;
  /** How many links are not gone yet, ended ones included. */
  links(): number;
  /** Gives ended links `grace` ms to bring their last bytes away, then destroys what is left, and tells it nothing. */
  close(grace?: number): Promise<void>;
}

/** How a dialer finds its way. */
export interface DialerOptions {
  /** Left out: names and addresses are dialled as the host gave them. */
  readonly resolve?: NameMap;
  /** Left out: the system's resolver. */
  readonly lookup?: LookupFunction;
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

const endWithin = 1000; // milliseconds of real time, whatever the modem's clock does
const nextAddressAfter = 1000; // node's own 250 ms give up on a broker that is merely far away

/** A dialer of TCP links. What a link tells, and when, is said at `Link` and `LinkEvents`. */
export function createDialer(options: DialerOptions = {}): Dialer {
  const open = new Set<TcpLink>();
  const system = systemLookup();
  const connect = (host: string, port: number): Socket => {
    const { host: to, port: at } = options.resolve?.(host, port) ?? { host, port };
    return connected(to, at, options.lookup ?? system.lookup);
  };
  const dial: Dial = (host, port, events) => {
    const link = new TcpLink(connect(host, port), events);
    open.add(link);
    link.gone.then(() => open.delete(link));
    return link;
  };
  const close = async (grace = 0): Promise<void> => {
    system.close();
    const links = Array.from(open);
    const ending = grace > 0 ? links.filter((link) => link.isEnding) : [];
    const others = links.filter((link) => !ending.includes(link)).map((link) => link.destroy());
    if (ending.length > 0) await within(grace, Promise.all(ending.map((link) => link.gone)));
    await Promise.all([...others, ...ending.map((link) => link.destroy())]);
  };
  return { dial, connect, links: () => open.size, close };
}

async function within(span: number, awaited: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, span);
  });
  await Promise.race([awaited, late]);
  clearTimeout(timer);
}

/** A socket on its way. Node takes no noDelay in connect(), and Nagle would hold a small packet back for 40 ms. */
function connected(host: string, port: number, lookup: LookupFunction): Socket {
  const socket = new Socket().setNoDelay();
  try {
    socket.connect({ host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextAddressAfter, lookup });
  } catch (error) {
    socket.destroy(asError(error)); // told a tick later, like any other failure
  }
  return socket;
}

/** One socket, and whether it may still tell. */
class TcpLink implements Link {
  readonly gone: Promise<void>;
  #events: LinkEvents | undefined;
  readonly #socket: Socket;
  #batch: Uint8Array[] = [];
  #sent = 0;

  constructor(socket: Socket, events: LinkEvents) {
    this.#socket = socket;
    this.#events = events;
    this.gone = new Promise((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket
      .on("connect", () => this.#events?.up())
      .on("data", (bytes) => this.#events?.bytes(bytes))
      .on("end", () => this.#down("closed")) // a peer that only half-closed will not be heard again either
      .on("error", (error) => this.#down(reasonOf(error)))
      .on("close", () => this.#down("failed"));
  }

  /** A FIN is on its way, behind what is queued. */
  get isEnding(): boolean {
    return this.#socket.writableEnded && !this.#socket.destroyed;
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
    if (this.#socket.connecting) {
      this.#socket.destroy();
      return;
    }
    this.#socket.resume().end(); // resumed, or the peer's FIN would never be reached
    const timer = setTimeout(() => this.#socket.destroy(), endWithin).unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }

  reset(): void {
    // After a FIN the socket cannot be reset any more, and while connecting there is nobody to reset.
    const canReset = this.#events !== undefined && !this.#socket.connecting;
    this.#silence();
    if (canReset) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): Promise<void> {
    this.#silence();
    this.#socket.destroy();
    return this.gone;
  }

  #flush(): void {
    const bytes = this.#batch.length === 1 ? this.#batch[0] : Buffer.concat(this.#batch);
    this.#batch = [];
    if (!bytes?.length) return;
    this.#socket.write(bytes, (error) => this.#written(bytes.length, error));
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
    this.#socket.destroy();
    events?.down(reason);
  }

  #silence(): void {
    this.#events = undefined;
    this.#batch = [];
  }
}

/** Why a connection failed. Where a name has several addresses, each of them did: the first tells why. */
export function reasonOf(error: NodeJS.ErrnoException): DownReason {
  const first = error instanceof AggregateError ? asError(error.errors[0]) : error;
  return reasons[first.code ?? ""] ?? "failed";
}

const asError = (thrown: unknown): NodeJS.ErrnoException =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
