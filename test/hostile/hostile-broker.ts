import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Notifier } from "./notifier.js";

/** Bytes from hexadecimal digits; blanks are ignored. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** A TCP server that sends any bytes that a test wants, valid MQTT or not. */
export class HostileBroker {
  readonly #server: Server;
  readonly #notifier = new Notifier();
  readonly #links: ModuleLink[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket.once("close", () => this.#sockets.delete(socket)));
      this.#links.push(new ModuleLink(socket));
      this.#notifier.notify();
    });
  }

  static async listen(): Promise<HostileBroker> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new HostileBroker(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** The next link that the module opens. */
  async nextLink(): Promise<ModuleLink> {
    await this.#notifier.until(
      () => this.#links.length > 0,
      () => "a link",
    );
    const link = this.#links.shift();
    if (link === undefined) throw new Error("there is no link");
    return link;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A link of the module, at the broker's end. */
export class ModuleLink {
  readonly socket: Socket;
  readonly #bell = new Notifier();
  #unread: Buffer = Buffer.of();
  #packets: string[] = [];
  #bytesReceived = 0;
  #ended: "end" | "reset" | undefined;

  constructor(socket: Socket) {
    this.socket = socket
      .on("data", (bytes) => this.#receive(bytes))
      .on("drain", () => this.#bell.notify())
      .on("end", () => this.#end("end"))
      .on("error", () => this.#end("reset"));
  }

  /** The packets that were not taken yet, in hexadecimal. */
  get packets(): readonly string[] {
    return this.#packets;
  }

  /** How many bytes have come. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Takes the next packet, in hexadecimal. */
  async nextPacket(): Promise<string> {
    await this.#until(() => this.#packets.length > 0, "a packet");
    return this.#packets.shift() ?? "";
  }

  /** Resolves when the module has ended the link, with how it did. */
  async untilGone(): Promise<"end" | "reset"> {
    await this.#until(() => this.#ended !== undefined, "the end of the link");
    return this.#ended ?? "reset";
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Sends bytes, or hexadecimal digits. */
  send(...packets: readonly (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => (typeof packet === "string" ? hex(packet) : packet))));
  }

  /** Sends each byte in a segment of its own, as far as TCP allows. */
  async sendByteByByte(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      await new Promise<void>((resolve) => this.socket.write(Uint8Array.of(byte), () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends bytes as fast as the module reads them. */
  async flood(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      if (this.isEnded) return;
      if (!this.socket.write(piece))
        await this.#until(() => this.isEnded || !this.socket.writableNeedDrain, "a reader");
    }
  }

  /** How many bytes have left this process. */
  get bytesSent(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  /** Resolves when nothing is sent any more although bytes wait. */
  async untilStalled(): Promise<void> {
    // Counts rounds, not time: a busy module has not stopped reading.
    for (let rounds = 0, last = -1; rounds < 40; rounds += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (this.bytesSent !== last || this.socket.writableLength === 0) rounds = 0;
      last = this.bytesSent;
    }
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    await this.#bell.until(condition, () => what);
  }

  #receive(bytes: Buffer): void {
    this.#bytesReceived += bytes.length;
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let length = packetLength(this.#unread); length > 0; length = packetLength(this.#unread)) {
      this.#packets.push(this.#unread.subarray(0, length).toString("hex"));
      this.#unread = this.#unread.subarray(length);
    }
    this.#bell.notify();
  }

  #end(how: "end" | "reset"): void {
    this.#ended ??= how;
    this.#bell.notify();
  }
}

/** The length of the first packet, or 0 if it is not complete. MQTT 3.1.1 section 2.2.3 */
function packetLength(bytes: Buffer): number {
  let remaining = 0;
  for (let at = 1; at <= 4; at += 1) {
    const digit = bytes[at];
    if (digit === undefined) return 0;
    remaining += (digit & 127) * 128 ** (at - 1);
    if (digit < 128) return at + 1 + remaining <= bytes.length ? at + 1 + remaining : 0;
  }
  return 0;
}
