import { isIPv4 } from "node:net";
import type { Duplex } from "node:stream";
import type { LocalDatagram, LocalServers } from "../link/local-servers.js";
import type { StreamEnd } from "../link/stream-pair.js";
import { UserError } from "../user-error.js";
import { Inbox } from "./inbox.js";
import { type Payload, type TestConnection, TestStream, type Within } from "./stream.js";
import type { Waits } from "./waits.js";

/** A datagram of the module. */
export interface TestDatagram {
  readonly bytes: Uint8Array;
  /** The bytes decoded as UTF-8. */
  readonly text: string;
  /** The module's port, as the network's address translation shows it; each socket has one of its own. */
  readonly port: number;
  /** Sends a datagram back to the socket. */
  reply(payload: Payload): void;
}

/** A UDP server in this process. */
export interface TestUdpServer {
  /** Datagrams that `datagram` has not returned yet, oldest first; the latest 1 MiB of them. */
  readonly unread: readonly TestDatagram[];
  /**
   * Waits for a datagram. One that came before counts, and each is returned once.
   * @throws Error if none comes in time
   */
  datagram(options?: Within): Promise<TestDatagram>;
  /**
   * Sends a datagram to the socket that has sent last.
   * @throws UserError if none has sent yet: behind the network's address translation it cannot be reached
   */
  send(payload: Payload): void;
  close(): void;
}

/** A TCP server in this process. */
export interface TestTcpServer {
  /**
   * Waits for a connection. One that came before counts, and each is returned once.
   * @throws Error if none comes in time
   */
  connection(options?: Within): Promise<TestConnection>;
  /** Accepts no more connections. Those that are open stay. */
  close(): void;
}

/**
 * The network of a test modem: servers in this process for the sockets of its host. No socket of this machine is opened, and
 * with a manual clock time waits for them.
 */
export interface TestNetwork {
  /**
   * Starts a UDP server at an IPv4 address that the host sends to, in place of one that is there. `answer` is called for each datagram; what it returns is
   * sent back. @throws UserError if the address or the port is none
   */
  udp(address: string, port: number, answer?: (datagram: TestDatagram) => Payload | undefined): TestUdpServer;
  /**
   * Starts a TCP server at an IPv4 address that the host connects to, in place of one that is there. With `accept`, each connection is given to it as a
   * stream, for instance to a broker, and `connection` returns none. @throws UserError if the address or the port is none
   */
  tcp(address: string, port: number, accept?: (stream: Duplex) => void): TestTcpServer;
}

/** How many bytes a server keeps until somebody reads them. */
const maxUnreadBytes = 1024 * 1024;

const bytesOf = (payload: Payload): Uint8Array => (typeof payload === "string" ? Buffer.from(payload) : payload);

/** The network of a test modem. */
export function testNetwork(servers: LocalServers, waits: Waits): TestNetwork {
  return {
    udp(address, port, answer) {
      refuseUnlessAddress("udp", address, port);
      return udpServer(servers, { address, port }, waits, answer);
    },
    tcp(address, port, accept) {
      refuseUnlessAddress("tcp", address, port);
      return tcpServer(servers, { address, port }, waits, accept);
    },
  };
}

function refuseUnlessAddress(method: string, address: string, port: number): void {
  if (!isIPv4(address)) throw new UserError(`network.${method}: ${JSON.stringify(address)} is not an IPv4 address`, 2);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  throw new UserError(`network.${method}: ${port} is not a port; give 1 to 65535`, 2);
}

function udpServer(
  servers: LocalServers,
  at: { readonly address: string; readonly port: number },
  waits: Waits,
  answer: ((datagram: TestDatagram) => Payload | undefined) | undefined,
): TestUdpServer {
  const inbox = new Inbox<TestDatagram>(waits, maxUnreadBytes, ({ bytes }) => bytes.length + 200);
  let last: TestDatagram | undefined;
  const close = servers.addUdp(at, ({ port, bytes, reply }: LocalDatagram) => {
    const text = Buffer.from(bytes).toString();
    const datagram = { bytes, text, port, reply: (payload: Payload) => reply(bytesOf(payload)) };
    last = datagram;
    inbox.put(datagram);
    const back = answer?.(datagram);
    if (back !== undefined) datagram.reply(back);
  });
  return {
    get unread() {
      return inbox.unread;
    },
    datagram({ within } = {}) {
      const problem = (): string => `no datagram came to ${at.address}:${at.port}`;
      return waits.asked(
        inbox.take((datagram) => datagram, { within, problem }),
        this.datagram,
      );
    },
    send(payload) {
      if (last === undefined) throw new UserError("server.send: no socket has sent to this server yet", 2);
      last.reply(payload);
    },
    close,
  };
}

function tcpServer(
  servers: LocalServers,
  at: { readonly address: string; readonly port: number },
  waits: Waits,
  accept: ((stream: Duplex) => void) | undefined,
): TestTcpServer {
  const inbox = new Inbox<TestConnection>(waits, maxUnreadBytes, () => 1000);
  const close = servers.addTcp(at, (stream: StreamEnd) => {
    if (accept !== undefined) accept(stream);
    else inbox.put(new TestStream(stream, waits));
  });
  return {
    connection({ within } = {}) {
      const problem = (): string => `no socket was connected to ${at.address}:${at.port}`;
      return waits.asked(
        inbox.take((connection) => connection, { within, problem }),
        this.connection,
      );
    },
    close,
  };
}
