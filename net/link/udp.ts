import type { Socket } from "node:dgram";
import { isIP, type LookupFunction } from "node:net";
import type { Endpoint } from "../../emulator/sockets/socket.js";
import { isLoopback } from "../listening.js";
import type { Quiescence } from "../time/quiescence.js";
import type { LocalServers } from "./local-servers.js";
import { addressOf } from "./lookup.js";
import type { Destination } from "./name-map.js";

/** What a UDP socket reports. Neither is called from inside a method of the socket. */
export interface UdpEvents {
  /** A datagram has come; `from` is the address that the module has sent to. */
  datagram(from: Endpoint, bytes: Uint8Array): void;
  /** A datagram was handed to the system, or could not be. */
  done(number: number, isHanded: boolean): void;
}

/** A UDP socket of the module. Only those to whom it has sent can send to it, as behind a NAT. */
export interface UdpSocket {
  /** Sends a datagram. With a number, `done` is called for it. */
  send(to: Endpoint, bytes: Uint8Array, number: number | undefined): void;
  close(): void;
}

/** Opens a UDP socket. Nothing is opened on this machine before it sends. */
export type OpenUdp = (events: UdpEvents) => UdpSocket;

/** How UDP sockets find hosts. */
export interface UdpOptions {
  /** Where a datagram goes instead; undefined: nowhere. */
  readonly resolve: (host: string, port: number) => Destination | undefined;
  readonly lookup: LookupFunction;
  readonly quiescence?: Quiescence | undefined;
  /** Servers in this process. */
  readonly local: LocalServers;
}

/** How many hosts may answer a socket; the latest ones count. decided */
const maxPeers = 64;

/** An address as the system shows it, and as the module knows it. */
interface Peer {
  readonly real: string;
  readonly given: Endpoint;
}

const keyOf = (address: string, port: number): string => `${address.replace(/^::ffff:/, "")} ${port}`;

/** Makes the function that opens UDP sockets. */
export const udpOpener =
  (options: UdpOptions): OpenUdp =>
  (events) =>
    new MachineUdp(options, events);

/** A UDP socket that uses this machine's network, or servers in this process. */
class MachineUdp implements UdpSocket {
  readonly #options: UdpOptions;
  #events: UdpEvents | undefined;
  /** A socket of the system for each kind of destination: one for loopback listens on loopback only. */
  readonly #sockets = new Map<string, Socket>();
  #peers: readonly Peer[] = [];
  readonly #addresses = new Map<string, Promise<string | undefined>>();
  /** The port that servers in this process see. */
  readonly #localPort: number;

  constructor(options: UdpOptions, events: UdpEvents) {
    this.#options = options;
    this.#events = events;
    this.#localPort = options.local.nextPort();
  }

  send(to: Endpoint, bytes: Uint8Array, number: number | undefined): void {
    const { local, quiescence } = this.#options;
    const server = local.udpAt(to);
    quiescence?.moved();
    if (server !== undefined) {
      setImmediate(() => {
        quiescence?.moved();
        this.#done(number, true);
        server({ port: this.#localPort, bytes, reply: (back) => this.#receiveLocal(to, back) });
      });
      return;
    }
    quiescence?.spoken({ isElsewhere: true }); // the server gets time to answer
    this.#sendOut(to, bytes).then(
      (isHanded) => this.#done(number, isHanded),
      () => this.#done(number, false),
    );
  }

  close(): void {
    this.#events = undefined;
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #done(number: number | undefined, isHanded: boolean): void {
    if (number !== undefined) this.#events?.done(number, isHanded);
  }

  /** A server in this process sends: its datagram comes in the next turn of the event loop. */
  #receiveLocal(from: Endpoint, bytes: Uint8Array): void {
    setImmediate(() => {
      this.#options.quiescence?.moved();
      this.#events?.datagram(from, bytes);
    });
  }

  async #sendOut(to: Endpoint, bytes: Uint8Array): Promise<boolean> {
    const target = this.#options.resolve(to.address, to.port);
    if (target === undefined) return false;
    const address = isIP(target.host) === 0 ? await this.#addressOf(target.host) : target.host;
    if (address === undefined || this.#events === undefined) return false;
    this.#remember({ real: keyOf(address, target.port), given: to });
    const socket = this.#socketFor(address);
    return new Promise((resolve) => socket.send(bytes, target.port, address, (error) => resolve(error === null)));
  }

  /** An IPv4 address of a name, else another one. Each name is looked up once for a socket. */
  #addressOf(name: string): Promise<string | undefined> {
    const known = this.#addresses.get(name) ?? addressOf(name, this.#options.lookup).catch(() => undefined);
    this.#addresses.set(name, known);
    return known;
  }

  #remember(peer: Peer): void {
    if (this.#peers.at(-1)?.real === peer.real && this.#peers.at(-1)?.given.address === peer.given.address) return;
    this.#peers = [...this.#peers.filter(({ real }) => real !== peer.real), peer].slice(-maxPeers);
  }

  #socketFor(address: string): Socket {
    const onLoopback = isLoopback(address);
    const kind = `${isIP(address)}${onLoopback}`;
    return this.#sockets.get(kind) ?? this.#open(kind, isIP(address) === 6, onLoopback);
  }

  #open(kind: string, is6: boolean, onLoopback: boolean): Socket {
    const { createSocket } = process.getBuiltinModule("node:dgram"); // loaded late: most modules have no UDP socket
    const socket = createSocket(is6 ? "udp6" : "udp4");
    socket
      .on("message", (bytes, { address, port }) => this.#receive(keyOf(address, port), bytes))
      .on("error", () => {}) // a datagram is lost
      .bind({ port: 0, ...(onLoopback && { address: is6 ? "::1" : "127.0.0.1" }) });
    this.#sockets.set(kind, socket);
    return socket;
  }

  #receive(from: string, bytes: Uint8Array): void {
    const peer = this.#peers.find(({ real }) => real === from);
    if (peer === undefined) return;
    this.#options.quiescence?.spoken({ isElsewhere: true }); // more of them may come
    this.#events?.datagram(peer.given, bytes);
  }
}
