import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Bell } from "./bell.js";

/** Bytes, written as hexadecimal digits; blanks do not count. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** A TCP server that says what a test tells it to say, whatever MQTT thinks of it. */
export class HostileBroker {
  readonly #server: Server;
  readonly #bell = new Bell();
  readonly #callers: Caller[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket.once("close", () => this.#sockets.delete(socket)));
      this.#callers.push(new Caller(socket));
      this.#bell.ring();
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

  /** The next one who calls. */
  async caller(): Promise<Caller> {
    await this.#bell.until(
      () => this.#callers.length > 0,
      () => "a call",
    );
    const caller = this.#callers.shift();
    if (caller === undefined) throw new Error("nobody called");
    return caller;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One connection, from the broker's end. */
export class Caller {
  readonly socket: Socket;
  readonly #bell = new Bell();
  #unread: Buffer = Buffer.of();
  #packets: string[] = [];
  #heard = 0;
  #left: "end" | "reset" | undefined;

  constructor(socket: Socket) {
    this.socket = socket
      .on("data", (bytes) => this.#hear(bytes))
      .on("drain", () => this.#bell.ring())
      .on("end", () => this.#leave("end"))
      .on("error", () => this.#leave("reset"));
  }

  /** The packets that came and were not asked for, in hexadecimal. */
  get packets(): readonly string[] {
    return this.#packets;
  }

  /** All bytes that came. */
  get heard(): number {
    return this.#heard;
  }

  /** The next packet, in hexadecimal. */
  async next(): Promise<string> {
    await this.#until(() => this.#packets.length > 0, "a packet");
    return this.#packets.shift() ?? "";
  }

  /** How the module left. */
  async gone(): Promise<"end" | "reset"> {
    await this.#until(() => this.#left !== undefined, "the end of the link");
    return this.#left ?? "reset";
  }

  get isGone(): boolean {
    return this.#left !== undefined;
  }

  say(...packets: readonly (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => (typeof packet === "string" ? hex(packet) : packet))));
  }

  /** Each byte in a segment of its own, as far as TCP lets it. */
  async dribble(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      await new Promise<void>((resolve) => this.socket.write(Uint8Array.of(byte), () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Brings bytes away as fast as the module reads them. */
  async flood(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      if (this.isGone) return;
      if (!this.socket.write(piece)) await this.#until(() => this.isGone || !this.socket.writableNeedDrain, "a reader");
    }
  }

  /** Bytes that have left this process. */
  get brought(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  /** Settles when nothing leaves any more although something waits. */
  async stalled(): Promise<void> {
    // By rounds, not by time: a module that is busy has not stopped reading.
    for (let rounds = 0, last = -1; rounds < 40; rounds += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (this.brought !== last || this.socket.writableLength === 0) rounds = 0;
      last = this.brought;
    }
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    await this.#bell.until(holds, () => what);
  }

  #hear(bytes: Buffer): void {
    this.#heard += bytes.length;
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let length = wholeAt(this.#unread); length > 0; length = wholeAt(this.#unread)) {
      this.#packets.push(this.#unread.subarray(0, length).toString("hex"));
      this.#unread = this.#unread.subarray(length);
    }
    this.#bell.ring();
  }

  #leave(how: "end" | "reset"): void {
    this.#left ??= how;
    this.#bell.ring();
  }
}

/** How long the packet is that stands at the beginning, or 0 if it is not whole. MQTT 2.2.3 */
function wholeAt(bytes: Buffer): number {
  let remaining = 0;
  for (let at = 1; at <= 4; at += 1) {
    const digit = bytes[at];
    if (digit === undefined) return 0;
    remaining += (digit & 127) * 128 ** (at - 1);
    if (digit < 128) return at + 1 + remaining <= bytes.length ? at + 1 + remaining : 0;
  }
  return 0;
}
