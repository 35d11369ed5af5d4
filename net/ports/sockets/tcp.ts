import { createServer } from "node:net";
import { addressText, isLoopback, listeningAt, stopped, type TcpAddress } from "../../listening.js";
import type { PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { ReconnectingClient } from "./reconnecting-client.js";
import { rawSpeech, SocketPort, type Speak } from "./socket-port.js";

/** Where a front end listens. */
export interface TcpOptions {
  /** Left out: 127.0.0.1, for this machine only. */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** A host whose machine is gone says no goodbye; nobody else could attach. */
const alive = { keepAlive: true, keepAliveInitialDelay: 10_000 } as const;

/**
 * Opens a TCP port on which nothing but the module's bytes pass. One host at a time: a further one is turned away.
 * @throws UserError if it cannot listen there.
 */
export const openTcp = (options: TcpOptions, events: PortEvents): Promise<SerialPort> =>
  listenForHosts(options, rawSpeech, events);

/** Listens for hosts who speak in some way; throws a UserError if it cannot. */
export async function listenForHosts(
  { host = "127.0.0.1", port: asked }: TcpOptions,
  speak: Speak,
  events: PortEvents,
): Promise<SerialPort> {
  const server = createServer({ noDelay: true, ...alive }, (socket) => port.welcome(socket));
  const address = await listeningAt(server, { host, port: asked }, "the module");
  const teller = new PortEventQueue(events);
  const port = new SocketPort({ path: addressText(address), teller, speak, stop: () => stopped(server) });
  // Not before whoever opens it has it.
  if (!isLoopback(address.host)) setImmediate(() => teller.change({ kind: "exposed", address: port.path }));
  return port;
}

/** Calls a host that listens, for instance a simulator's serial port; calls it again whenever it is not connected. */
export function openTcpConnect(to: TcpAddress, events: PortEvents): SerialPort {
  const teller = new PortEventQueue(events);
  const caller = new ReconnectingClient(to, {
    met: (socket) => port.welcome(socket),
    failed: (why) => teller.change({ kind: "unreachable", why }),
  });
  const port = new SocketPort({ path: addressText(to), teller, speak: rawSpeech, stop: () => caller.stop() });
  caller.call();
  return port;
}
