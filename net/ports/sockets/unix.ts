import { createServer } from "node:net";
import { resolve } from "node:path";
import { listening, stopped } from "../../listening.js";
import type { PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { SocketFile } from "./socket-file.js";
import { rawSpeech, SocketPort } from "./socket-port.js";

/** Where a Unix socket is to be. */
export interface UnixOptions {
  readonly path: string;
}

/**
 * Opens a Unix socket, for this user only, on which nothing but the module's bytes pass. One host at a time. The file of a
 * dead process is replaced; ours goes when the port is closed.
 * @throws UserError if the path is in use, or is something else; then nothing has changed.
 */
export async function openUnix(options: UnixOptions, events: PortEvents): Promise<SerialPort> {
  const path = resolve(options.path);
  const file = await SocketFile.at(path);
  const server = createServer((socket) => port.welcome(socket));
  try {
    await listening(server, { path: file.beside });
    file.putInPlace();
  } catch (error) {
    await stopped(server);
    throw file.cannot(error as NodeJS.ErrnoException);
  }
  const stop = (): Promise<void> => {
    file.remove();
    return stopped(server);
  };
  const port = new SocketPort({ path, teller: new PortEventQueue(events), speak: rawSpeech, stop });
  return port;
}
