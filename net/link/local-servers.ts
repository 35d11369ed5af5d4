import type { Endpoint } from "../../emulator/sockets/socket.js";
import type { Connection } from "./link.js";
import { type StreamEnd, streamPair } from "./stream-pair.js";

/** A datagram as a server in this process gets it. */
export interface LocalDatagram {
  /** The module's port, as the network's address translation shows it. */
  readonly port: number;
  readonly bytes: Uint8Array;
  /** Sends a datagram back to the socket. Does nothing when that is closed. */
  reply(bytes: Uint8Array): void;
}

const keyOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** The first port that modules have towards servers in this process. */
const firstPort = 49_152;

/** Servers in this process that sockets of the module reach without a socket of this machine, by address and port. */
export class LocalServers {
  readonly #udp = new Map<string, (datagram: LocalDatagram) => void>();
  readonly #tcp = new Map<string, (stream: StreamEnd) => void>();
  #lastPort = firstPort - 1;

  /** Adds a UDP server. Returns a function that takes it away. */
  addUdp(at: Endpoint, receive: (datagram: LocalDatagram) => void): () => void {
    return added(this.#udp, keyOf(at), receive);
  }

  /** Adds a TCP server. Returns a function that takes it away; its connections stay. */
  addTcp(at: Endpoint, accept: (stream: StreamEnd) => void): () => void {
    return added(this.#tcp, keyOf(at), accept);
  }

  /** The UDP server at an address and port. */
  udpAt(at: Endpoint): ((datagram: LocalDatagram) => void) | undefined {
    return this.#udp.get(keyOf(at));
  }

  /** Connects to the TCP server at an address and port; undefined: there is none. */
  connect(at: Endpoint, onActivity: () => void): Connection | undefined {
    const accept = this.#tcp.get(keyOf(at));
    if (accept === undefined) return undefined;
    const [near, far] = streamPair(onActivity);
    accept(far);
    near.connect();
    return near;
  }

  /** A port for a UDP socket of the module. */
  nextPort(): number {
    this.#lastPort = this.#lastPort >= 65_535 ? firstPort : this.#lastPort + 1;
    return this.#lastPort;
  }

  /** Takes all servers away. */
  clear(): void {
    this.#udp.clear();
    this.#tcp.clear();
  }
}

function added<T>(servers: Map<string, T>, key: string, server: T): () => void {
  servers.set(key, server);
  return () => {
    if (servers.get(key) === server) servers.delete(key);
  };
}
