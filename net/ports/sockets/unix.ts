import { createServer } from "node:net";
import { resolve } from "node:path";
import { closeServer, listen } from "../../listening.js";
import type { PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { SocketFile } from "./socket-file.js";
import { rawProtocol, SocketPort } from "./socket-port.js";

/** Where a Unix socket is made. */
export interface UnixOptions {
  /** The path of the socket's file; relative to the working directory unless it is absolute. */
  readonly path: string;
}

/**
 * Listens on a Unix socket that carries the module's bytes and nothing else. Only this user may connect, one host at a
 * time. The file of a dead process is replaced; `close` removes ours.
 * @throws UserError if the path is in use or is something else, or the socket cannot be made; then nothing has changed.
 */
export async function openUnix(options: UnixOptions, events: PortEvents): Promise<SerialPort> {
  const path = resolve(options.path);
  const file = await SocketFile.at(path);
  const server = createServer((socket) => port.accept(socket));
  try {
    await listen(server, { path: file.temporaryPath });
    file.putInPlace();
  } catch (error) {
    await closeServer(server);
    throw file.makeError(error as NodeJS.ErrnoException);
  }
  const stop = (): Promise<void> => {
    file.remove();
    return closeServer(server);
  };
  const port = new SocketPort({ path, events: new PortEventQueue(events), startProtocol: rawProtocol, stop });
  return port;
}
