import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** As much of a broker as it takes to see what a client says last: every CONNECT is welcome, nothing else answered. */
export class ListeningBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #heard: Buffer = Buffer.alloc(0);

  static async start(): Promise<ListeningBroker> {
    const broker = new ListeningBroker();
    await new Promise<void>((resolve) => broker.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => broker.stop());
    return broker;
  }

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => socket.write(Uint8Array.of(0x20, 2, 0, 0))); // CONNACK
      socket.on("data", (bytes) => {
        this.#heard = Buffer.concat([this.#heard, bytes]);
      });
    });
  }

  /** All that was heard, in hexadecimal. */
  get heard(): string {
    return this.#heard.toString("hex");
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
