import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** A server on loopback that sends everything back. */
export async function echo(kind: "udp" | "tcp"): Promise<number> {
  if (kind === "tcp") {
    const server = createServer((socket) =>
      socket
        .setNoDelay()
        .on("error", () => {})
        .pipe(socket),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as { readonly port: number }).port;
  }
  const server = createSocket("udp4");
  server.on("message", (bytes, { port, address }) => server.send(bytes, port, address));
  await once(server.bind(0, "127.0.0.1"), "listening");
  return server.address().port;
}
