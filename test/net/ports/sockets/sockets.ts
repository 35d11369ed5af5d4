import { connect, type Socket } from "node:net";
import type { SerialPort } from "../../../../net/serial.js";
import type { Host } from "../serial-port-contract.js";

/** A host on a socket. */
export function hostAt(socket: Socket, { reads }: { readonly reads: boolean } = { reads: true }): Host {
  const received: Buffer[] = [];
  if (reads) socket.on("data", (bytes) => received.push(bytes));
  else socket.pause();
  socket.on("error", () => {}); // the port may close it
  return {
    write: (bytes) =>
      new Promise((resolve, reject) =>
        socket.write(Uint8Array.from(bytes), (error) => (error ? reject(error) : resolve())),
      ),
    get received() {
      return Buffer.concat(received);
    },
    async leave() {
      if (socket.destroyed) return;
      await new Promise<void>((resolve) => socket.once("close", () => resolve()).destroy());
    },
  };
}

/** Connects to the path or address of a port. */
export function dial({ path }: Pick<SerialPort, "path">): Promise<Socket> {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(path) ?? [];
  return new Promise((resolve, reject) => {
    const socket = host === undefined ? connect(path) : connect({ host, port: Number(port), noDelay: true });
    socket.once("connect", () => resolve(socket)).once("error", reject);
  });
}
