import { createServer } from "node:net";
import { addressText, closeServer, isLoopback, listenAt, type TcpAddress } from "../../listening.js";
import type { PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { ReconnectingClient } from "./reconnecting-client.js";
import { rawProtocol, SocketPort, type StartProtocol } from "./socket-port.js";

/** Where a front end listens. */
export interface TcpOptions {
  /** The address to listen on. Left out: 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
  /** The port; 0 picks a free one. */
  readonly port: number;
}

/** TCP keep-alive, first probe after 10 s: a host whose machine has vanished must not stay attached for ever. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 10_000 } as const;

/**
 * Listens on a TCP port that carries the module's bytes and nothing else. One host at a time; a further one is refused.
 * The `path` of the port is its address, for instance `127.0.0.1:7000`.
 * @throws UserError if it cannot listen there.
 */
export const openTcp = (options: TcpOptions, events: PortEvents): Promise<SerialPort> =>
  listenForHosts(options, rawProtocol, events);

/** Listens on a TCP port for hosts that use a protocol. Throws a UserError if it cannot listen there. */
export async function listenForHosts(
  { host = "127.0.0.1", port: asked }: TcpOptions,
  startProtocol: StartProtocol,
  events: PortEvents,
): Promise<SerialPort> {
  const server = createServer({ noDelay: true, ...keepAlive }, (socket) => port.accept(socket));
  const address = await listenAt(server, { host, port: asked }, "the module");
  const queue = new PortEventQueue(events);
  const path = addressText(address);
  const port = new SocketPort({ path, events: queue, startProtocol, stop: () => closeServer(server) });
  // Reported later: the caller must have the port before its first event.
  if (!isLoopback(address.host)) setImmediate(() => queue.emitChange({ kind: "exposed", address: path }));
  return port;
}

/**
 * Connects to a host that listens, for instance a simulator's serial port, and again whenever it is not connected. The
 * `path` of the port is the host's address. A failed attempt throws nothing; it is reported as `unreachable`.
 */
export function openTcpConnect(to: TcpAddress, events: PortEvents): SerialPort {
  const queue = new PortEventQueue(events);
  const client = new ReconnectingClient(to, {
    onConnected: (socket) => port.accept(socket),
    onFailed: (why) => queue.emitChange({ kind: "unreachable", why }),
  });
  const port = new SocketPort({
    path: addressText(to),
    events: queue,
    startProtocol: rawProtocol,
    stop: () => client.stop(),
  });
  client.connect();
  return port;
}
