import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import type { Qos } from "../../mqtt/packet.js";
import type { Auditor } from "./auditor.js";
import type { Logbook } from "./logbook.js";
import { bytesOf, type Tag } from "./message.js";

/** The server of the meters: a client of the broker whose own link never breaks. */
export class Server {
  readonly #auditor: Auditor;
  readonly #book: Logbook;
  readonly #socket: Socket;
  readonly #parser = parser();
  /** Commands that the broker has not taken over yet, by message id. */
  readonly #unsettled = new Map<number, Tag>();
  #lastId = 0;
  #ready: (() => void) | undefined;
  #answered: (() => void) | undefined;

  constructor(port: number, auditor: Auditor, book: Logbook) {
    this.#auditor = auditor;
    this.#book = book;
    this.#socket = connect(port, "127.0.0.1").setNoDelay();
    this.#parser.on("packet", (packet) => this.#hear(packet));
    this.#socket.on("data", (bytes) => this.#parser.parse(bytes));
    this.#socket.on("error", (error) => auditor.complain(`the server's own link: ${error.message}`));
  }

  /** Listens to the readings. */
  async start(): Promise<void> {
    await once(this.#socket, "connect");
    const subscribed = new Promise<void>((resolve) => {
      this.#ready = resolve;
    });
    this.#say({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clientId: "server",
      clean: true,
      keepalive: 0,
    });
    this.#say({ cmd: "subscribe", messageId: this.#nextId(), subscriptions: [{ topic: "soak/up/#", qos: 2 }] });
    await subscribed;
  }

  command(qos: 1 | 2): void {
    const tag = this.#auditor.commanded(qos);
    const messageId = this.#nextId();
    this.#unsettled.set(messageId, tag);
    const topic = `soak/down/${qos}`;
    const payload = Buffer.from(bytesOf(tag));
    this.#book.note("server", `command ${tag.number} QoS ${qos}`);
    this.#say({ cmd: "publish", messageId, topic, payload, qos, dup: false, retain: false });
  }

  /**
   * Two PINGREQs, one after the other. A broker serves all sockets that have something in one go, so when the second
   * one is answered it has also answered whatever had reached it before the first.
   */
  async roundTrip(): Promise<void> {
    for (let pings = 0; pings < 2; pings++) {
      await new Promise<void>((resolve) => {
        this.#answered = resolve;
        this.#say({ cmd: "pingreq" });
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 65535) + 1;
    return this.#lastId;
  }

  #say(packet: Packet): void {
    this.#socket.write(generate(packet));
  }

  #hear(packet: Packet): void {
    if (packet.cmd === "pingresp") {
      this.#answered?.();
      return;
    }
    this.#book.stir();
    const messageId = packet.messageId ?? 0;
    if (packet.cmd === "suback") this.#ready?.();
    else if (packet.cmd === "publish") this.#arrived(packet.payload, packet.qos, messageId);
    else if (packet.cmd === "pubrel") this.#say({ cmd: "pubcomp", messageId });
    else if (packet.cmd === "pubrec") this.#say({ cmd: "pubrel", messageId });
    else if (packet.cmd === "puback" || packet.cmd === "pubcomp") this.#taken(messageId);
  }

  #arrived(payload: Buffer | string, qos: Qos, messageId: number): void {
    this.#book.note("server", `got ${String(payload).split(";")[0]}`);
    if (qos === 1) this.#say({ cmd: "puback", messageId });
    if (qos === 2) this.#say({ cmd: "pubrec", messageId });
    this.#auditor.arrivedAtServer(Buffer.from(payload));
  }

  #taken(messageId: number): void {
    const tag = this.#unsettled.get(messageId);
    if (tag) this.#auditor.taken(tag);
    this.#unsettled.delete(messageId);
  }
}
