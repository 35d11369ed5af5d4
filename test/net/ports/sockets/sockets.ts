import { connect, type Socket } from "node:net";
import type { SerialPort } from "../../../../net/serial.js";
import type { Host } from "../front-ends.js";

/** A host at a socket. */
export function hostAt(socket: Socket, { reads }: { readonly reads: boolean } = { reads: true }): Host {
  const heard: Buffer[] = [];
  if (reads) socket.on("data", (bytes) => heard.push(bytes));
  else socket.pause();
  socket.on("error", () => {}); // it may be hung up on
  return {
    write: (bytes) =>
      new Promise((resolve, reject) =>
        socket.write(Uint8Array.from(bytes), (error) => (error ? reject(error) : resolve())),
      ),
    get heard() {
      return Buffer.concat(heard);
    },
    async leave() {
      if (socket.destroyed) return;
      await new Promise<void>((resolve) => socket.once("close", () => resolve()).destroy());
    },
  };
}

/** Connects to a path or an address, as a port tells it. */
export function dial({ path }: Pick<SerialPort, "path">): Promise<Socket> {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(path) ?? [];
  return new Promise((resolve, reject) => {
    const socket = host === undefined ? connect(path) : connect({ host, port: Number(port), noDelay: true });
    socket.once("connect", () => resolve(socket)).once("error", reject);
  });
}
