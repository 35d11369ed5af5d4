import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A broker that records the bytes of its clients. It accepts every CONNECT, and answers nothing else. */
export class RecordingBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #received: Buffer = Buffer.alloc(0);

  static async start(): Promise<RecordingBroker> {
    const broker = new RecordingBroker();
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
        this.#received = Buffer.concat([this.#received, bytes]);
      });
    });
  }

  /** All bytes that have come, in hexadecimal. */
  get received(): string {
    return this.#received.toString("hex");
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
