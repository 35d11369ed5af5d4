import type { Endpoint, SocketId } from "../../emulator/sockets/endpoint.js";
import type { PlacedFact } from "./fact.js";

/** Where a fact stands in a recording. */
export type Place = Pick<PlacedFact, "t" | "after" | "place">;

/** A datagram, or a piece of a stream. What was not read of it is not known: then its bytes are 0. */
interface Arrival {
  readonly at: Place;
  readonly socket: SocketId;
  from: Endpoint | undefined;
  bytes: Buffer;
  /** How many of its bytes were read. */
  read: number;
  /** The module has not told of it; its length is that of what was read. */
  readonly isUntold: boolean;
}

/** An answer to AT+NSORF. */
interface Reading {
  readonly socket: SocketId;
  readonly from: Endpoint | undefined;
  readonly bytes: Buffer;
  /** How many bytes the host has asked for. */
  readonly asked: number;
  /** How many bytes wait after it. */
  readonly left: number;
  /** Where the command stands. */
  readonly before: Place;
}

/** The longest message of which a module tells the length, in bytes; a longer one is not believed. decided */
const maxLength = 1024 * 1024;
/** How many bytes of a recording may be unknown in all. decided */
const maxUnknown = 16 * 1024 * 1024;

/** What has come for the sockets of a recording. */
export class SocketArrivals {
  readonly #all: Arrival[] = [];
  #unknown = 0;
  /** What waits to be read on a socket, in its order. */
  readonly #unread = new Map<SocketId, Arrival[]>();
  /** Where the far end has closed; what is read later came before. */
  readonly #closed = new Map<SocketId, Place>();

  /** The module shows what has come: first what waits to be read since another mode. */
  show(socket: SocketId, bytes: Buffer, from: Endpoint | undefined, at: Place): void {
    const done = this.#fill(this.#unread.get(socket) ?? [], from, bytes);
    const rest = bytes.subarray(done);
    this.#all.push({ at, socket, from, bytes: rest, read: rest.length, isUntold: false });
  }

  /** The module tells that something of a length has come. */
  tell(socket: SocketId, length: number, at: Place): void {
    this.#keep(length, { at, socket, isUntold: false });
  }

  /** The host has read `bytes`, and `left` bytes wait. What was read counts more than what was told. */
  read({ socket, from, bytes, asked, left, before }: Reading): void {
    const unread = this.#unread.get(socket) ?? [];
    const done = this.#fill(unread, from, bytes, bytes.length < asked);
    const untold = { at: this.#closed.get(socket) ?? before, socket, isUntold: true } as const;
    if (done < bytes.length) {
      const rest = bytes.subarray(done);
      this.#all.push({ ...untold, from, bytes: rest, read: rest.length });
    }
    const known = unread.reduce((sum, each) => sum + each.bytes.length - each.read, 0);
    this.#keep(left - known, untold);
    for (let over = known - left; over > 0; ) {
      const last = unread.at(-1);
      if (last === undefined) break;
      const cut = Math.min(over, last.bytes.length - last.read);
      last.bytes = last.bytes.subarray(0, last.bytes.length - cut);
      over -= cut;
      if (last.read === last.bytes.length) unread.pop();
    }
  }

  /** Fills what waits with bytes that the host gets; returns how many of them it takes. With `ends`, a datagram ends behind them. */
  #fill(unread: Arrival[], from: Endpoint | undefined, bytes: Buffer, ends = false): number {
    let done = 0;
    for (let first = unread[0]; first && done < bytes.length; first = unread[0]) {
      const taken = bytes.copy(first.bytes, first.read, done);
      done += taken;
      first.read += taken;
      first.from ??= from;
      if (ends) this.#shorten(first, unread[1]);
      if (first.read === first.bytes.length) unread.shift();
      else if (first.isUntold) this.#split(first, unread);
    }
    return done;
  }

  /** Less was read than asked for: a datagram ends there. What it is shorter belongs to the next one, as far as that was seen. */
  #shorten(first: Arrival, next: Arrival | undefined): void {
    const more = first.bytes.length - first.read;
    if (more === 0 || first.isUntold) return;
    first.bytes = first.bytes.subarray(0, first.read);
    if (next?.isUntold) next.bytes = Buffer.concat([Buffer.alloc(more), next.bytes]);
  }

  /** Ends an arrival behind what was read of it; the rest is another one. */
  #split(first: Arrival, unread: Arrival[]): void {
    const rest: Arrival = { ...first, from: undefined, bytes: first.bytes.subarray(first.read), read: 0 };
    first.bytes = first.bytes.subarray(0, first.read);
    unread[0] = rest;
    this.#all.splice(this.#all.indexOf(first) + 1, 0, rest);
  }

  /** The far end closes behind a place. */
  close(socket: SocketId, at: Place): void {
    this.#closed.set(socket, at);
  }

  /** The socket with this number is gone, or there is a new one. */
  forget(socket: SocketId): void {
    this.#unread.delete(socket);
    this.#closed.delete(socket);
  }

  /** All sockets are gone. */
  clear(): void {
    this.#unread.clear();
    this.#closed.clear();
  }

  /** All that has come. */
  facts(): readonly PlacedFact[] {
    return this.#all.flatMap(({ at: { t, after, place }, socket, from, bytes }) =>
      bytes.length === 0 ? [] : { of: "arrival", socket, from, bytes, t, after, place },
    );
  }

  /** Takes note of an arrival that is to be read. */
  #keep(length: number, given: Pick<Arrival, "at" | "socket" | "isUntold">): void {
    if (!(length > 0 && length <= maxLength && this.#unknown + length <= maxUnknown)) return;
    this.#unknown += length;
    const arrival: Arrival = { ...given, from: undefined, bytes: Buffer.alloc(length), read: 0 };
    this.#all.push(arrival);
    const unread = this.#unread.get(given.socket) ?? [];
    unread.push(arrival);
    this.#unread.set(given.socket, unread);
  }
}
