import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import type { Qos } from "../../mqtt/packet.js";
import type { DeliveryCheck } from "./delivery-check.js";
import type { EventLog } from "./event-log.js";
import { bytesOf, type Tag } from "./message.js";

/** The server that gets the readings: a client of the broker, whose own link never breaks. */
export class Server {
  readonly #check: DeliveryCheck;
  readonly #log: EventLog;
  readonly #socket: Socket;
  readonly #parser = parser();
  /** Commands that the broker has not acknowledged yet, by message id. */
  readonly #unaccepted = new Map<number, Tag>();
  #lastId = 0;
  #onSubscribed: (() => void) | undefined;
  #onPong: (() => void) | undefined;

  constructor(port: number, check: DeliveryCheck, log: EventLog) {
    this.#check = check;
    this.#log = log;
    this.#socket = connect(port, "127.0.0.1").setNoDelay();
    this.#parser.on("packet", (packet) => this.#receive(packet));
    this.#socket.on("data", (bytes) => this.#parser.parse(bytes));
    this.#socket.on("error", (error) => check.fail(`the server's own link: ${error.message}`));
  }

  /** Connects and subscribes to the readings. */
  async start(): Promise<void> {
    await once(this.#socket, "connect");
    const subscribed = new Promise<void>((resolve) => {
      this.#onSubscribed = resolve;
    });
    this.#send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clientId: "server",
      clean: true,
      keepalive: 0,
    });
    this.#send({ cmd: "subscribe", messageId: this.#nextId(), subscriptions: [{ topic: "soak/up/#", qos: 2 }] });
    await subscribed;
  }

  command(qos: 1 | 2): void {
    const tag = this.#check.commanded(qos);
    const messageId = this.#nextId();
    this.#unaccepted.set(messageId, tag);
    const topic = `soak/down/${qos}`;
    const payload = Buffer.from(bytesOf(tag));
    this.#log.note("server", `command ${tag.number} QoS ${qos}`);
    this.#send({ cmd: "publish", messageId, topic, payload, qos, dup: false, retain: false });
  }

  /**
   * Sends two PINGREQs, one after the other. A broker handles all sockets with input in one go: when it answers the second
   * one, it has also answered everything that had reached it before the first.
   */
  async roundTrip(): Promise<void> {
    for (let pings = 0; pings < 2; pings++) {
      await new Promise<void>((resolve) => {
        this.#onPong = resolve;
        this.#send({ cmd: "pingreq" });
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

  #send(packet: Packet): void {
    this.#socket.write(generate(packet));
  }

  #receive(packet: Packet): void {
    if (packet.cmd === "pingresp") {
      this.#onPong?.();
      return;
    }
    this.#log.count();
    const messageId = packet.messageId ?? 0;
    if (packet.cmd === "suback") this.#onSubscribed?.();
    else if (packet.cmd === "publish") this.#arrived(packet.payload, packet.qos, messageId);
    else if (packet.cmd === "pubrel") this.#send({ cmd: "pubcomp", messageId });
    else if (packet.cmd === "pubrec") this.#send({ cmd: "pubrel", messageId });
    else if (packet.cmd === "puback" || packet.cmd === "pubcomp") this.#accepted(messageId);
  }

  #arrived(payload: Buffer | string, qos: Qos, messageId: number): void {
    this.#log.note("server", `got ${String(payload).split(";")[0]}`);
    if (qos === 1) this.#send({ cmd: "puback", messageId });
    if (qos === 2) this.#send({ cmd: "pubrec", messageId });
    this.#check.arrivedAtServer(Buffer.from(payload));
  }

  #accepted(messageId: number): void {
    const tag = this.#unaccepted.get(messageId);
    if (tag) this.#check.commandAccepted(tag);
    this.#unaccepted.delete(messageId);
  }
}
